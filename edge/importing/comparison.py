"""What a file would change: against what stands of it, and what the home measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from edge.catalogue import Kind
from edge.importing.report import HOUR_MS, Measured
from edge.interval import Step
from edge.registers import CATALOGUE
from edge.registers.electricity import CURVES
from edge.sample import Slice
from edge.stores.protocol import IntervalColumns, Said

PAGE = 20_000
HALF_MS = HOUR_MS // 2


@dataclass(frozen=True, slots=True)
class Compared:
    """Slices that are new, that say otherwise than before, and that say the same."""

    new: list[Slice]
    changed: list[Slice]
    unchanged: list[Slice]
    newest_ms: int = 0
    """When the last that stands in their places was received."""


def by_series(slices: Sequence[Slice]) -> dict[tuple[str, str], list[Slice]]:
    """Part slices by meter and register."""
    series: dict[tuple[str, str], list[Slice]] = {}
    for one in slices:
        series.setdefault((one.meter, one.register), []).append(one)
    return series


def standing(reads: Said, some: Sequence[Slice]) -> dict[tuple[int, int, str], Slice]:
    """Give what stands over the time of one series' slices, by its place."""
    meter, register = some[0].meter, some[0].register
    first = min(one.start_ms for one in some)
    end = max(one.start_ms for one in some) + 1
    found: dict[tuple[int, int, str], Slice] = {}
    limit = PAGE
    while True:
        page = reads.slices(meter, register, first, end, limit)
        found |= {(one.start_ms, one.end_ms, one.origin): one for one in page}
        if len(page) < limit:
            return found
        # from the last start again, since others may share it
        limit = limit + PAGE if page[-1].start_ms == first else PAGE
        first = page[-1].start_ms


def compare(reads: Said, slices: Sequence[Slice]) -> Compared:
    """Part slices by what stands in their places; blocks while it reads."""
    out = Compared([], [], [])
    newest = 0
    for some in by_series(slices).values():
        there = standing(reads, some)
        for one in some:
            before = there.get((one.start_ms, one.end_ms, one.origin))
            if before is None:
                out.new.append(one)
                continue
            newest = max(newest, before.received_ms)
            (out.unchanged if same(one, before) else out.changed).append(one)
    return Compared(out.new, out.changed, out.unchanged, newest)


def same(one: Slice, other: Slice) -> bool:
    """Tell whether two slices of one place say the same, whenever received."""
    return (one.value, one.quality, one.index_end) == (
        other.value,
        other.quality,
        other.index_end,
    )


def measured(reads: Said, slices: Sequence[Slice]) -> list[Measured]:
    """Say where the home measured the same, half-hour by half-hour; blocks."""
    return [
        found
        for (meter, register), some in by_series(slices).items()
        if (found := _measured(reads, meter, register, some)) is not None
    ]


def _measured(
    reads: Said, meter: str, register: str, some: Sequence[Slice]
) -> Measured | None:
    index = CURVES.get(register, register)
    if CATALOGUE[index].kind is not Kind.INDEX:
        return None
    first = min(one.start_ms for one in some)
    end = max(one.end_ms for one in some)
    starts: list[int] = []
    values: list[int] = []
    for page in _pages(reads, (meter, index), first, end):
        for at, value, cover in zip(
            page.start_ms, page.value, page.coverage, strict=True
        ):
            if value is not None and cover >= 1:
                starts.append(at)
                values.append(value)
    if not starts:
        return None
    at_ms = np.array(starts)
    sums = np.concatenate(([0], np.cumsum(values)))
    begin = np.array([one.start_ms for one in some])
    stop = np.array([one.end_ms for one in some])
    low = at_ms.searchsorted(begin)
    high = at_ms.searchsorted(stop)
    known = (high - low) * HALF_MS == stop - begin
    home = (sums[high] - sums[low])[known]
    said = np.array([one.value or 0 for one in some])[known]
    if register in CURVES:
        said = said * (stop - begin)[known] // HOUR_MS
    if not len(home):
        return None
    slack = 1 if register in CURVES else 0  # both were rounded
    differing = int((np.abs(home - said) > slack).sum())
    return Measured(
        meter, register, len(home), differing, int(said.sum()), int(home.sum())
    )


def _pages(
    reads: Said, of: tuple[str, str], first: int, end: int
) -> Iterator[IntervalColumns]:
    while first < end:
        page = reads.interval_columns(*of, Step.MIN30, first, end, PAGE)
        yield page
        if len(page) < PAGE:
            return
        first = page.start_ms[-1] + 1
