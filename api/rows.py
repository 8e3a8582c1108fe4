"""Pages of rows: read and rendered in slices, off the event loop.

A page is never loaded whole. Each slice is one short job in a small pool of threads,
so that pages take turns, a slow client holds no thread, and live events never wait
for a long answer.
"""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias, TypeVar

from api.deps import Reads
from api.door import OWNER, Door, Grant
from api.errors import Problem
from api.query import SHORTEST_MS, Query
from edge.consent.allowed import Span
from edge.errors import EdgeError
from edge.facts import Fact
from edge.interval import Point, Step
from edge.reconciling import Report as Reconciled
from edge.sample import Sample, Slice
from edge.stores.protocol import IntervalColumns

log = logging.getLogger(__name__)

SLICE_ROWS = 4_000
PROBE_ROWS = 10_000
PIECE_ROWS = 500

Rendered: TypeAlias = bytes
T = TypeVar("T")


class Renderer:
    """Turns slices into bytes; one for each form (JSON, CSV)."""

    def intervals(self, columns: IntervalColumns) -> Rendered:
        """Give a slice of intervals in this form."""
        raise NotImplementedError

    def points(self, points: list[Point]) -> Rendered:
        """Give a slice of raw values in this form."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Page:
    """The first slice, the others when there are, and where the next page begins."""

    first: Rendered
    rest: AsyncIterator[Rendered] | None
    next_ms: int | None


@dataclass(frozen=True, slots=True)
class _Slice:
    """One slice rendered: how many rows, the start of the last one, all they span."""

    body: Rendered
    rows: int
    last_ms: int
    span: Span


class Rows:
    """Answers questions about registers, each through the door."""

    def __init__(self, reads: Reads, threads: int, door: Door) -> None:
        self._reads = reads
        self._door = door
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="api-read")

    async def page(self, grant: Grant, query: Query, renderer: Renderer) -> Page:
        """Give one page of what the grant may see of a question."""
        take = min(query.limit, SLICE_ROWS)
        first = await self._read(grant, query, renderer, take)
        if first.rows < take:
            return Page(first.body, None, None)
        left = replace(query, at_ms=first.last_ms + 1, limit=query.limit - first.rows)
        if left.limit == 0:
            next_ms = await self._begin_after(grant, left, 0)
            return Page(first.body, None, next_ms)
        next_ms = (
            None if left.fits else await self._begin_after(grant, left, left.limit)
        )
        end_ms = query.end_ms if next_ms is None else next_ms
        left = replace(left, end_ms=end_ms)
        if left.at_ms >= end_ms:
            return Page(first.body, None, next_ms)
        return Page(first.body, self._slices(grant, left, renderer), next_ms)

    async def heard(self) -> Mapping[str, Sequence[str]]:
        """Give the registers that each meter was ever heard of."""
        return await self._run(self._reads.meters)

    async def latest(self, meter: str) -> Sample | None:
        """Give the last committed sample of a meter."""
        return await self._run(partial(self._reads.latest, meter))

    async def slices(self, grant: Grant, query: Query) -> Sequence[Slice]:
        """Give what sources said of a question's register and span, to the owner."""
        if grant != OWNER:
            return []
        span = (query.at_ms, query.end_ms, query.limit)
        ask = partial(self._reads.slices, query.meter, query.register.name, *span)
        return await self._run(ask)

    async def reconciled(self, query: Query, now_ms: int) -> Reconciled:
        """Compare the sources of a question."""
        of = (query.meter, query.register.name, query.step)
        span = (query.at_ms, query.end_ms, now_ms)
        return await self._run(partial(self._reads.reconciled, *of, *span))

    async def facts(
        self, grant: Grant, meter: str, start_ms: int, end_ms: int
    ) -> Sequence[Fact]:
        """Give the dated facts of a meter that the grant may see."""
        if not self._door.tells_facts(grant, meter):
            return []
        ask = partial(self._reads.facts, meter, start_ms, end_ms)
        return self._door.facts(grant, meter, await self._run(ask))

    async def close(self, patience_s: float) -> None:
        """End the threads; what is being read ends first, if it does in time."""
        loop = asyncio.get_running_loop()
        end = partial(self._pool.shutdown, wait=True, cancel_futures=True)
        try:
            async with asyncio.timeout(patience_s):
                await loop.run_in_executor(None, end)
        except TimeoutError:
            log.warning("a reading of the store still runs; it is left behind")

    async def _slices(
        self, grant: Grant, query: Query, renderer: Renderer
    ) -> AsyncIterator[Rendered]:
        """Give the slices of [at_ms, end_ms), however many rows it holds by now.

        The next slice is made while the client takes this one; never more than one.
        """
        coming = self._begin(grant, query, renderer)
        try:
            while True:
                piece = await coming
                at_ms = piece.last_ms + 1
                last = piece.rows < SLICE_ROWS or at_ms >= query.end_ms
                if not last:
                    left = replace(query, at_ms=at_ms)
                    coming = self._begin(grant, left, renderer)
                self._door.check(grant)  # it may have been read long before
                if piece.rows:
                    yield piece.body
                if last:
                    return
        finally:
            coming.cancel()

    def _begin(
        self, grant: Grant, query: Query, renderer: Renderer
    ) -> asyncio.Task[_Slice]:
        return asyncio.create_task(self._read(grant, query, renderer, SLICE_ROWS))

    async def _read(
        self, grant: Grant, query: Query, renderer: Renderer, take: int
    ) -> _Slice:
        """Read one slice of what the grant shows at this moment; raise Problem."""
        spans = self._door.spans(grant, query)
        piece = await self._run(partial(self._slice, query, spans, renderer, take))
        self._door.check(grant)
        self._door.note(grant, query, piece.span, piece.rows)
        return piece

    async def _begin_after(self, grant: Grant, query: Query, rows: int) -> int | None:
        """Give the start of the row that comes after `rows` rows, None if none does."""
        at_ms, left = query.at_ms, rows + 1
        while at_ms < query.end_ms:
            now = replace(query, at_ms=at_ms)
            take = min(left, PROBE_ROWS)
            spans = self._door.spans(grant, now)
            starts = await self._run(partial(self._starts, now, spans, take))
            if len(starts) == left:
                return starts[-1]
            if len(starts) < take:
                return None
            at_ms, left = starts[-1] + 1, left - len(starts)
        return None

    def _slice(
        self, query: Query, spans: Sequence[Span], renderer: Renderer, take: int
    ) -> _Slice:
        at_ms = query.at_ms
        if query.step is Step.RAW:
            points = self._points(query, spans, take)
            body = renderer.points(points)
            if not points:
                return _Slice(body, 0, at_ms, (at_ms, at_ms))
            first_ms, last_ms = points[0].at_ms, points[-1].at_ms
            return _Slice(body, len(points), last_ms, (first_ms, last_ms + 1))
        body, rows, last_ms, span = b"", 0, at_ms, (at_ms, at_ms)
        for columns in self._pieces(query, spans, take):
            body += renderer.intervals(columns)
            first_ms = span[0] if rows else int(columns.start_ms[0])
            rows += len(columns)
            last_ms = columns.start_ms[-1]
            span = (first_ms, int(columns.end_ms[-1]))
        return _Slice(body, rows, last_ms, span)

    def _starts(self, query: Query, spans: Sequence[Span], take: int) -> list[int]:
        if query.step is Step.RAW:
            return [point.at_ms for point in self._points(query, spans, take)]
        return [
            start_ms
            for columns in self._pieces(query, spans, take)
            for start_ms in columns.start_ms
        ]

    def _points(self, query: Query, spans: Sequence[Span], take: int) -> list[Point]:
        found: list[Point] = []
        for start_ms, end_ms in _met(query, spans):
            asked = (query.meter, query.register.name, start_ms, end_ms)
            found += self._reads.raw(*asked, take - len(found))
            if len(found) == take:
                break
        return found

    def _pieces(
        self, query: Query, spans: Sequence[Span], take: int
    ) -> Iterator[IntervalColumns]:
        """Give up to `take` rows that lie wholly within a span, each span asked apart.

        So what isn't shown takes no room of what is, and no row is skipped.
        """
        for span in spans:
            for columns in self._within(query, span, take):
                take -= len(columns)
                yield columns
            if not take:
                return

    def _within(self, query: Query, span: Span, take: int) -> Iterator[IntervalColumns]:
        """Give up to `take` rows, looking ahead no further than they should lie.

        A store may read its packed rows whole as far as it is asked: one slice must
        not cost what the whole question would. Where there is nothing, look further.
        """
        at_ms, last_ms = max(query.at_ms, span[0]), min(query.end_ms, span[1])
        width_ms = max(take, PIECE_ROWS) * SHORTEST_MS[query.step] * 5 // 4
        while take and at_ms < last_ms:
            end_ms = min(at_ms + width_ms, last_ms)
            columns = self._columns(query, at_ms, end_ms, take)
            # rows end in order: those that reach over the span's end are the last
            columns = columns.first(bisect_right(columns.end_ms, span[1]))
            if len(columns):
                yield columns
            take -= len(columns)
            at_ms, width_ms = end_ms, width_ms * 4

    def _columns(
        self, query: Query, at_ms: int, end_ms: int, take: int
    ) -> IntervalColumns:
        asked = (query.meter, query.register.name, query.step, at_ms, end_ms, take)
        if query.civil:
            return self._reads.civil_columns(*asked, query.purpose)
        if query.purpose is None:
            return self._reads.interval_columns(*asked)
        return self._reads.merged_columns(*asked, query.purpose)

    async def _run(self, job: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, job)
        except EdgeError as error:
            # Its message may hold a path of the host: it goes to the log, by the guard.
            raise Problem(
                "store-unavailable",
                "the store doesn't answer; /api/v1/health says more, try again later",
                headers={"Retry-After": "10"},
            ) from error


def _met(query: Query, spans: Sequence[Span]) -> Iterator[Span]:
    """Give what of the spans a question meets."""
    for start_ms, end_ms in spans:
        met = max(query.at_ms, start_ms), min(query.end_ms, end_ms)
        if met[0] < met[1]:
            yield met
