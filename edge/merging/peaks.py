"""The largest of a day, as sources tell it once it is over, and of months and years.

What is held through a day is no measure of it: at midnight a Linky still shows the day
before's. A month's is the largest of the days that are known, and covers these alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.calendar import Calendar
from edge.catalogue import PEAK_STEPS, Register
from edge.interval import Interval, Step
from edge.merging.candidate import Candidate, best
from edge.merging.merged import LONGEST_MS, MANY
from edge.merging.precedence import SAID, Purpose, order, own
from edge.reconciling.own import HOME
from edge.rollup.part import BLUR
from edge.sample import Slice
from edge.stores.protocol import IntervalColumns, Said

FINER = {Step.MONTH: Step.DAY, Step.YEAR: Step.MONTH}


@dataclass(frozen=True, slots=True)
class Peaks:
    """Makes rows of what sources said of one meter's register; pure.

    `purpose` None has the home's own meter alone.
    """

    meter: str
    register: Register
    calendar: Calendar
    purpose: Purpose | None = Purpose.NOW

    def rows(self, step: Step, slices: Sequence[Slice]) -> list[Interval]:
        """Give the intervals of a step of which anything is known, in time order."""
        heard: dict[tuple[int, int], list[Candidate]] = {}
        for one in slices:
            slot = self.calendar.interval(step, one.start_ms)
            if (one.start_ms, one.end_ms) == slot and self._counts(one):
                heard.setdefault(slot, []).append(_told(one))
        if step in FINER:
            parts: dict[tuple[int, int], list[Interval]] = {}
            for row in self.rows(FINER[step], slices):
                slot = self.calendar.interval(step, row.start_ms)
                parts.setdefault(slot, []).append(row)
            for slot, some in parts.items():
                heard.setdefault(slot, []).append(_largest(some))
        return [self._row(step, slot, heard[slot]) for slot in sorted(heard)]

    def _counts(self, one: Slice) -> bool:
        """Tell whether a slice says something, and is asked for."""
        asked = self.purpose is not None or one.origin in HOME
        return asked and one.value is not None

    def _row(
        self, step: Step, slot: tuple[int, int], heard: Sequence[Candidate]
    ) -> Interval:
        length = slot[1] - slot[0]
        voices = order(self.register.fluid, step, self.purpose or Purpose.NOW)
        first = best(heard, length, voices)
        return Interval(
            self.meter,
            self.register.name,
            step,
            *slot,
            first.value,
            coverage=first.known_ms / length,
            quality=first.quality,
            sources=first.sources,
        )


def peak_columns(
    said: Said,
    peaks: Peaks,
    step: Step,
    span: tuple[int, int],
    limit: int,
) -> IntervalColumns:
    """Give the rows that start in `span`, at most `limit`."""
    if step not in PEAK_STEPS:
        return IntervalColumns()
    start, end = span
    first = peaks.calendar.interval(step, start)[0]
    of = (peaks.meter, peaks.register.name)
    slices = said.slices(*of, first, end + LONGEST_MS[step], MANY)
    rows = [row for row in peaks.rows(step, slices) if start <= row.start_ms < end]
    return IntervalColumns.of(rows[:limit])


def _told(one: Slice) -> Candidate:
    voice = own(one.quality) if one.origin in HOME else SAID[one.quality]
    known_ms = one.end_ms - one.start_ms
    return Candidate(voice, one.value or 0, known_ms, one.quality, one.origin)


def _largest(parts: Sequence[Interval]) -> Candidate:
    """Put an interval together of finer ones: the largest, and how much is known."""
    quality = max((one.quality for one in parts), key=BLUR.__getitem__)
    names = {name for one in parts for name in one.sources.split("+")}
    return Candidate(
        own(quality),
        max(one.value or 0 for one in parts),
        sum(round(one.coverage * (one.end_ms - one.start_ms)) for one in parts),
        quality,
        "+".join(sorted(names)),
    )
