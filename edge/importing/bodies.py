"""Slices as the bodies of records."""

from __future__ import annotations

from collections.abc import Sequence

from edge.importing.comparison import by_series
from edge.record import Body
from edge.sample import Slice

BATCH = 2_000
"""Slices of one record."""

Slot = tuple[str, str, int, int, str]


def slot(one: Slice) -> Slot:
    """Give which slice it is: of two with one slot, the one received last stands."""
    return one.meter, one.register, one.start_ms, one.end_ms, one.origin


def received(some: Sequence[Slice], at_ms: int) -> list[Slice]:
    """Give the same slices as received at an instant; by hand, since there are many."""
    return [
        Slice(
            one.meter,
            one.register,
            one.start_ms,
            one.end_ms,
            one.value,
            one.quality,
            one.origin,
            at_ms,
            one.index_end,
        )
        for one in some
    ]


def batches(some: Sequence[Slice]) -> list[Body]:
    """Give records' bodies: of one meter each, in order of time within a register."""
    bodies: list[Body] = []
    for series in by_series(some).values():
        series.sort(key=lambda one: one.start_ms)
        bodies += [
            tuple(series[at : at + BATCH]) for at in range(0, len(series), BATCH)
        ]
    return bodies
