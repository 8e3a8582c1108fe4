"""Where files say that a meter stands: the counter at the end of the newest slice."""

from __future__ import annotations

import time
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import counters
from edge.calendar import DAY_MS
from edge.counters import newest, standing
from edge.sample import Quality, Sample, Slice

NOW = time.time_ns() // 1_000_000 // DAY_MS * DAY_MS


def slice_(days_ago, index_end=None, length_ms=DAY_MS, register="gas_volume_l"):
    start_ms = NOW - int(days_ago * DAY_MS)
    return Slice(
        *("gas", register, start_ms, start_ms + length_ms, 1),
        *(Quality.VALIDATED, "file:test", NOW, index_end),
    )


class Said:
    """Slices as a store gives them; counts what it is asked."""

    def __init__(self, *slices):
        self.slices = sorted(slices, key=lambda one: one.start_ms)
        self.starts = [one.start_ms for one in self.slices]
        self.asked = 0

    def __call__(self, register, start_ms, end_ms, limit):
        self.asked += 1
        first, last = (bisect_left(self.starts, at) for at in (start_ms, end_ms))
        return [o for o in self.slices[first:last] if o.register == register][:limit]


@given(st.sets(st.integers(0, 9_000), max_size=30), st.integers(1, 7))
def test_the_newest_is_found_however_old_and_on_whichever_page(days, page):
    said = Said(*map(slice_, days))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counters, "MOST", page)
        found = newest(said, "gas_volume_l")
    assert found == (slice_(min(days)) if days else None)


def test_what_is_told_daily_costs_one_question():
    said = Said(*(slice_(day) for day in range(1, 2000)))
    assert newest(said, "gas_volume_l") == slice_(1)
    assert said.asked == 1


def test_the_longest_of_those_that_begin_together_ends_last():
    month = slice_(31, length_ms=31 * DAY_MS)
    assert newest(Said(slice_(31), slice_(30), month), "gas_volume_l") == month


def test_the_counter_is_that_of_the_newest_slice_that_has_one():
    said = Said(slice_(9, 1_000), slice_(8, 2_000), slice_(7))
    assert standing("gas", said, ["gas_volume_l"]) == Sample(
        *("gas", NOW - 7 * DAY_MS, {"gas_volume_l": 2_000}),
        *(Quality.VALIDATED, "file:test"),
    )


def test_counters_of_another_moment_are_left_out():
    said = Said(slice_(9, 5), slice_(9, 7, register="b"), slice_(8, 6, register="c"))
    found = standing("gas", said, ["gas_volume_l", "b", "c"])
    assert found.values == {"c": 6}
    said = Said(slice_(9, 5), slice_(9, 7, register="b"))
    found = standing("gas", said, ["gas_volume_l", "b"])
    assert found.values == {"gas_volume_l": 5, "b": 7}


def test_years_of_amounts_are_not_looked_through_for_a_counter():
    half_hours = [slice_(n / 48, length_ms=1) for n in range(1, 40_000, 16)]
    said = Said(*(slice_(1 + n) for n in range(5_000)), *half_hours)
    assert standing("gas", said, ["gas_volume_l"]) is None
    assert said.asked < 5


def test_amounts_alone_are_no_counter():
    assert standing("gas", Said(slice_(2), slice_(1)), ["gas_volume_l"]) is None
