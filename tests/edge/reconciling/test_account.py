"""What a source says beside what the home counted: period by period, none invented."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.calendar import HALF_HOUR_MS
from edge.reconciling.account import accounts
from edge.reconciling.gaps import gaps
from edge.reconciling.own import Own, halved
from edge.sample import Quality, Slice
from edge.stores.protocol import IntervalColumns

TOTAL = "import_total_wh"
TEN_MS = HALF_HOUR_MS // 3


def said(start, end, value, origin="file:enedis", unit=HALF_HOUR_MS):
    return Slice(
        "linky", TOTAL, start * unit, end * unit, value, Quality.RAW, origin, 0
    )


def own(*values, first=0):
    return Own({(first + n) * HALF_HOUR_MS: value for n, value in enumerate(values)})


def test_a_period_is_compared_with_the_half_hours_that_make_it_up():
    (found,) = accounts(own(10, 20, 30, 40), [said(0, 2, 31), said(2, 4, 70)], TOTAL)
    assert [(row.own, row.theirs, row.difference) for row in found.rows] == [
        (30, 31, 1),
        (70, 70, 0),
    ]
    assert found.rows[0].relative == pytest.approx(1 / 30)
    assert (found.own, found.theirs, found.differing) == (100, 101, 1)


def test_what_the_home_does_not_know_whole_is_not_compared():
    (found,) = accounts(own(10, 20), [said(0, 1, 10), said(1, 3, 99)], TOTAL)
    assert (len(found.rows), found.alone) == (1, 1)


def test_each_origin_has_its_own_account():
    told = [said(0, 1, 9, "file:b"), said(0, 1, 11, "file:a")]
    found = accounts(own(10), told, TOTAL)
    assert [(one.origin, one.theirs) for one in found] == [
        ("file:a", 11),
        ("file:b", 9),
    ]


def test_of_nothing_no_part_is_told():
    (found,) = accounts(own(0), [said(0, 1, 5)], TOTAL)
    assert found.rows[0].relative is None
    assert found.relative is None


def test_ten_minutes_are_joined_into_half_hours_where_there_are_three():
    told = [said(n, n + 1, 5, unit=TEN_MS) for n in (0, 1, 2, 3, 5)]
    assert [(one.start_ms, one.value) for one in halved(told)] == [(0, 15)]


def test_rounding_alone_is_no_difference():
    (found,) = accounts(own(10), [said(0, 1, 11)], TOTAL, slack=1)
    assert (found.differing, found.rows[0].difference) == (0, 1)


def test_what_was_interpolated_over_a_silence_is_no_measure():
    columns = IntervalColumns(
        start_ms=[0, HALF_HOUR_MS, 2 * HALF_HOUR_MS],
        end_ms=[HALF_HOUR_MS, 2 * HALF_HOUR_MS, 3 * HALF_HOUR_MS],
        value=[10, 20, None],
        coverage=[1.0, 1.0, 0.0],
        quality=["raw", "interpolated", "corrected"],
    )
    (found,) = accounts(Own.counted(columns), [said(n, n + 1, 9) for n in range(3)], "")
    assert (len(found.rows), found.alone) == (1, 2)


def test_where_the_indexes_are_unknown_the_meters_own_curve_is_the_home():
    both = own(10).joined([said(0, 1, 99, "tic"), said(1, 2, 20, "tic")])
    (found,) = accounts(both, [said(0, 2, 33)], TOTAL)
    assert found.rows[0].own == 30


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_gaps_are_the_longest_spans_and_cover_what_is_unknown_exactly(known):
    edges = list(range(len(known) + 1))
    whole = frozenset(n for n, one in enumerate(known) if one)
    found = gaps(edges, whole)
    inside = [n for gap in found for n in range(gap.start_ms, gap.end_ms)]
    assert inside == [n for n, one in enumerate(known) if not one]
    assert all(a.end_ms < b.start_ms for a, b in pairwise(found))
    assert all(gap.intervals == gap.end_ms - gap.start_ms for gap in found)


@given(
    st.lists(st.integers(0, 5000), min_size=4, max_size=60),
    st.lists(st.integers(1, 8), min_size=1, max_size=20),
)
def test_totals_are_the_sums_of_what_is_compared(values, lengths):
    told, at = [], 0
    for length in lengths:
        told.append(said(at, at + length, 100 * length))
        at += length
    (found,) = accounts(own(*values), told, TOTAL)
    inside = [one for one in told if one.end_ms <= len(values) * HALF_HOUR_MS]
    assert len(found.rows) == len(inside)
    assert found.theirs == sum(one.value for one in inside)
    reached = max([one.end_ms for one in inside], default=0) // HALF_HOUR_MS
    assert found.own == sum(values[:reached])
