"""Slices of less than a half-hour, joined where they make up a whole one."""

from __future__ import annotations

from edge.reconciling.own import halved
from edge.sample import Quality, Slice

MINUTE_MS = 60_000
HALF = 1_792_800_000_000 // (30 * MINUTE_MS) * 30 * MINUTE_MS


def ten(minute, value):
    start = HALF + minute * MINUTE_MS
    end = start + 10 * MINUTE_MS
    return Slice("m", "r", start, end, value, Quality.RAW, "file:enedis", 1, 9)


def test_a_whole_half_hour_is_one():
    (one,) = halved([ten(20, 3), ten(0, 1), ten(10, 2)])
    assert (one.start_ms, one.end_ms) == (HALF, HALF + 30 * MINUTE_MS)
    assert one.value == 6


def test_a_half_hour_that_ends_early_is_left_out():
    assert halved([ten(0, 1), ten(10, 2)]) == []


def test_a_half_hour_with_a_hole_is_left_out():
    assert halved([ten(0, 1), ten(20, 3)]) == []
