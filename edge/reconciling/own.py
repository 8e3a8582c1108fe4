"""What the home itself counted over any period that half-hours make up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from edge.calendar import HALF_HOUR_MS, Instants
from edge.sample import DEMO, Quality, Slice
from edge.stores.protocol import IntervalColumns

HOME = frozenset({"tic", "pulses", DEMO})
"""Origins of slices that the home's own meter gave."""


class Own:
    """Half-hours that the home knows whole, to be summed over periods."""

    def __init__(self, halves: dict[int, int]) -> None:
        self._halves = halves
        self._at = np.array(sorted(halves), dtype=np.int64)
        values = np.array([halves[at] for at in self._at.tolist()], dtype=np.int64)
        self._sums = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(values)))

    @classmethod
    def counted(cls, columns: IntervalColumns) -> Own:
        """Take the rows that are differences of two indexes, known whole.

        What was interpolated over a silence is a guess of how it went: no measure.
        """
        cells = zip(
            columns.start_ms,
            columns.value,
            columns.coverage,
            columns.quality,
            strict=True,
        )
        return cls(
            {
                at: value
                for at, value, coverage, quality in cells
                if value is not None
                and coverage >= 1
                and quality != Quality.INTERPOLATED
            }
        )

    def joined(self, curve: Iterable[Slice]) -> Own:
        """Give these and, where there is none, the half-hours of the meter's curve."""
        points = {
            one.start_ms: one.value
            for one in halved(curve)
            if one.value is not None and one.end_ms - one.start_ms == HALF_HOUR_MS
        }
        return Own({**points, **self._halves})

    def over(self, starts: Instants, ends: Instants) -> tuple[Instants, Instants]:
        """Give the amount of each period, and whether (0 or 1) it is known whole."""
        low, high = self._at.searchsorted(starts), self._at.searchsorted(ends)
        known = (high - low) * HALF_HOUR_MS == ends - starts
        return self._sums[high] - self._sums[low], known.astype(np.int64)


def halved(slices: Iterable[Slice]) -> list[Slice]:
    """Join one origin's slices of less than a half-hour into half-hours, where whole.

    Those of a half-hour that is not whole are left out; longer slices stay.
    """
    found: list[Slice] = []
    parts: dict[int, list[Slice]] = {}
    for one in slices:
        if one.end_ms - one.start_ms >= HALF_HOUR_MS:
            found.append(one)
        else:
            parts.setdefault(one.start_ms // HALF_HOUR_MS, []).append(one)
    found += [whole for some in parts.values() if (whole := _joined(some)) is not None]
    return sorted(found, key=lambda one: (one.start_ms, one.end_ms))


def _joined(some: Sequence[Slice]) -> Slice | None:
    """Give the half-hour that slices make up; None where they don't."""
    ordered = sorted(some, key=lambda one: one.start_ms)
    start = ordered[0].start_ms // HALF_HOUR_MS * HALF_HOUR_MS
    reached, value = start, 0
    for one in ordered:
        if one.start_ms != reached or one.value is None:
            return None
        reached, value = one.end_ms, value + one.value
    if reached != start + HALF_HOUR_MS:
        return None
    last = ordered[-1]
    return Slice(
        last.meter,
        last.register,
        start,
        reached,
        value,
        last.quality,
        last.origin,
        last.received_ms,
    )
