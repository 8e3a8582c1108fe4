"""One meter's count while it runs: in memory only what the file has already."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from edge.errors import EdgeError
from edge.sources.pulses.count_file import FILE, Count, PulseCounts
from edge.sources.pulses.settings import PulseSettings
from edge.sources.settable import IndexSet, Span

log = logging.getLogger(__name__)


class Tally:
    """A count that is written off the loop, one write at a time."""

    def __init__(self, meter: str, settings: PulseSettings, directory: Path) -> None:
        self._meter, self._settings = meter, settings
        self._path = directory / FILE
        self._file: PulseCounts | None = None
        self._count = Count(settings.index_ml, 0, 0)
        self._writing = asyncio.Lock()
        self.counted = self.missed = 0

    @property
    def index_l(self) -> int:
        """Give the index that is durable."""
        return self._count.index_ml // 1000

    async def begin(self, now_ms: int) -> None:
        """Go on from the file; what lies between its last word and now is missed."""
        async with self._writing:
            known = await asyncio.to_thread(self._load)
            if known is None:
                await self._settle(Count(self._settings.index_ml, 0, now_ms))
                return
            span = Span(known.seen_ms, now_ms)
            count = Count(known.index_ml, known.pulses, now_ms)
            await self._write(
                lambda: self._opened().resume(self._meter, span, count), count
            )
            self.missed += 1
            log.warning(
                "%s: nothing was counted for %.0f s",
                self._meter,
                span.length_ms / 1000,
            )

    async def add(self, pulses: int, now_ms: int) -> list[int]:
        """Count pulses, durably; give the index in litres behind each of them."""
        async with self._writing:
            before, each = self._count, self._settings.pulse_ml
            total = before.index_ml + pulses * each
            after = Count(total, before.pulses + pulses, now_ms)
            await self._write(lambda: self._opened().save(self._meter, after), after)
            self.counted += pulses
            steps = range(before.index_ml + each, total + 1, each)
            return [index_ml // 1000 for index_ml in steps]

    async def note(self, now_ms: int) -> None:
        """Note that what stands was still being counted by now."""
        async with self._writing:
            count = self._count
            await self._settle(Count(count.index_ml, count.pulses, now_ms))

    async def set_index(self, register: str, index_l: int, now_ms: int) -> IndexSet:
        """Go on from another index; give what that changes."""
        async with self._writing:
            if self._file is None:
                known = await asyncio.to_thread(self._load)
                self._count = known or self._count
            file, before = self._opened(), self._count
            uncounted = await asyncio.to_thread(file.uncounted, self._meter)
            # below a litre it stays as it was counted
            count = Count(
                index_l * 1000 + before.index_ml % 1000, before.pulses, now_ms
            )
            await self._write(lambda: file.set(self._meter, count), count)
            return IndexSet(
                register, before.index_ml // 1000, index_l, now_ms, uncounted
            )

    def end(self, now_ms: int) -> None:
        """Note until when it was counted, if the disk takes it, and close the file."""
        file, self._file = self._file, None
        if file is None:
            return
        count = self._count
        with suppress(EdgeError):
            file.settle(self._meter, Count(count.index_ml, count.pulses, now_ms))
        file.close()

    def _opened(self) -> PulseCounts:
        if self._file is None:
            self._file = PulseCounts(self._path)
            if self._file.set_aside is not None:
                log.error(
                    "%s: pulses.db was damaged and is set aside; read your meter and "
                    "say `releve set-index`",
                    self._meter,
                )
        return self._file

    def _load(self) -> Count | None:
        return self._opened().load(self._meter)

    async def _settle(self, count: Count) -> None:
        await self._write(lambda: self._opened().settle(self._meter, count), count)

    async def _write(self, work: Callable[[], None], count: Count) -> None:
        """Write off the loop; a caller that is cancelled waits for it all the same.

        Else what is on the disk would not be what is known here, nor stay there.
        """
        writing = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing])
            if not writing.cancelled() and writing.exception() is None:
                self._count = count
            raise
        self._count = count
