"""The merged series: for each interval the first voice that knows it whole."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edge.calendar import Calendar
from edge.catalogue import Fluid
from edge.interval import Interval, Step
from edge.merging.candidate import Candidate, best, of_row, of_slices
from edge.merging.precedence import Purpose, order, own
from edge.rollup.part import BLUR
from edge.sample import Slice

FINER: Mapping[Step, Step] = {
    Step.HOUR: Step.MIN30,
    Step.DAY: Step.MIN30,
    Step.MONTH: Step.DAY,
    Step.YEAR: Step.MONTH,
}
"""Out of which intervals one is put together that no source knows whole."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Merges one register's rows and slices; pure."""

    meter: str
    register: str
    fluid: Fluid
    calendar: Calendar
    purpose: Purpose = Purpose.NOW

    def rows(
        self,
        step: Step,
        span: tuple[int, int],
        own: Mapping[Step, Sequence[Interval]],
        slices: Sequence[Slice],
    ) -> list[Interval]:
        """Give the rows that start in `span`, in time order.

        `own` are the home's own rows of the step and of those it is made of, and
        `slices` what sources said of the register, in its unit.
        """
        told = sorted(slices, key=lambda one: one.start_ms)
        starts = [one.start_ms for one in told]
        known = {row.start_ms: row for row in own.get(step, ())}
        edges = self._edges(step, span, told, known)
        merged = []
        for start, end in edges:
            here = told[bisect_left(starts, start) : bisect_left(starts, end)]
            row = known.get(start)
            if not here:
                merged += [] if row is None else [row]
                continue
            alone = here[0] if row is None and len(here) == 1 else None
            if alone and (alone.start_ms, alone.end_ms) == (start, end):
                merged.append(self._told(step, alone))
                continue
            found = self._slot(step, (start, end), row, own, here)
            merged += [] if found is None else [found]
        return merged

    def _told(self, step: Step, one: Slice) -> Interval:
        """Give the row of an interval of which one source alone speaks, whole."""
        return Interval(
            self.meter,
            self.register,
            step,
            one.start_ms,
            one.end_ms,
            one.value,
            quality=one.quality,
            sources=one.origin,
        )

    def _edges(
        self,
        step: Step,
        span: tuple[int, int],
        told: Sequence[Slice],
        known: Mapping[int, Interval],
    ) -> list[tuple[int, int]]:
        """Give the intervals of which anything is known."""
        found = {start: row.end_ms for start, row in known.items()}
        if told:
            first, last = told[0].start_ms, told[-1].start_ms
            cuts = self.calendar.boundaries(step, first, last + 1)
            begun = np.array([one.start_ms for one in told])
            places = np.unique(np.searchsorted(cuts, begun, side="right") - 1)
            for start, end in zip(
                cuts[places].tolist(), cuts[places + 1].tolist(), strict=True
            ):
                found.setdefault(start, end)
        low, high = span
        return sorted(edge for edge in found.items() if low <= edge[0] < high)

    def _slot(
        self,
        step: Step,
        slot: tuple[int, int],
        row: Interval | None,
        own: Mapping[Step, Sequence[Interval]],
        slices: Sequence[Slice],
    ) -> Interval | None:
        length = slot[1] - slot[0]
        mine = None if row is None else of_row(row)
        heard = [*([mine] if mine else []), *of_slices(slices, *slot)]
        if not any(one.known_ms >= length for one in heard) and step in FINER:
            finer = [
                one
                for one in own.get(FINER[step], ())
                if slot[0] <= one.start_ms < slot[1]
            ]
            parts = self.rows(FINER[step], slot, {**own, FINER[step]: finer}, slices)
            together = _sum(parts)
            heard += [] if together is None else [together]
        if not heard:
            return row
        first = best(heard, length, order(self.fluid, step, self.purpose))
        if first.row is not None and first.row is row:
            return row
        return Interval(
            self.meter,
            self.register,
            step,
            *slot,
            first.value,
            coverage=first.known_ms / length,
            quality=first.quality,
            sources=first.sources,
            revision=1 if row is None else row.revision,
        )


def _sum(parts: Sequence[Interval]) -> Candidate | None:
    """Put intervals together: what each of them knows, and by whom."""
    found = [one for one in map(of_row, parts) if one is not None]
    if not found:
        return None
    names = {name for one in found for name in one.sources.split("+") if name}
    quality = max((one.quality for one in found), key=BLUR.__getitem__)
    return Candidate(
        own(quality),
        sum(one.value for one in found),
        sum(one.known_ms for one in found),
        quality,
        "+".join(sorted(names)),
    )
