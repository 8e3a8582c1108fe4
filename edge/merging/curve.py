"""A load curve as the energy that it means: mean watts over periods, as watt-hours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from edge.sample import Slice

WMS_A_WH = 3_600_000
"""Watt-milliseconds of a watt-hour."""


def energy(
    curve: Iterable[Slice], register: str, day_of: Callable[[int], int]
) -> list[Slice]:
    """Give a curve's slices in Wh of `register`: a day's sum to the day's, floored.

    In time order for each origin; `day_of` gives the start of an instant's civil day,
    at which the running sum begins.
    """
    sums: dict[str, tuple[int, int]] = {}
    told = []
    for one in sorted(curve, key=lambda one: (one.origin, one.start_ms)):
        if one.value is None:
            continue
        day = day_of(one.start_ms)
        begun, before = sums.get(one.origin, (day, 0))
        if begun != day:
            before = 0
        after = before + one.value * (one.end_ms - one.start_ms)
        sums[one.origin] = (day, after)
        value = after // WMS_A_WH - before // WMS_A_WH
        told.append(replace(one, register=register, value=value, index_end=None))
    return told
