"""A load curve as the energy that it means: mean watts over periods, as watt-hours."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from edge.sample import Slice

WMS_A_WH = 3_600_000
"""Watt-milliseconds of a watt-hour."""


def energy(
    curve: Iterable[Slice],
    register: str,
    day_of: Callable[[int], tuple[int, int]],
) -> list[Slice]:
    """Give a curve's slices in Wh of `register`: a day's sum to the day's, floored.

    In time order for each origin; `day_of` gives the civil day of an instant,
    at whose start the running sum begins.
    """
    sums: dict[str, tuple[int, int]] = {}
    told = []
    day, until = 0, 0
    for one in sorted(curve, key=lambda one: (one.origin, one.start_ms)):
        if one.value is None:
            continue
        if not day <= one.start_ms < until:
            day, until = day_of(one.start_ms)
        begun, before = sums.get(one.origin, (day, 0))
        if begun != day:
            before = 0
        after = before + one.value * (one.end_ms - one.start_ms)
        sums[one.origin] = (day, after)
        value = after // WMS_A_WH - before // WMS_A_WH
        told.append(
            Slice(
                one.meter,
                register,
                one.start_ms,
                one.end_ms,
                value,
                one.quality,
                one.origin,
                one.received_ms,
            )
        )
    return told
