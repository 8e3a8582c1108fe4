"""Indexes as the amounts between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import Index, Nature, differences

START = datetime(2026, 1, 1, tzinfo=UTC)


def read(*values: int, nature: Nature = Nature.MEASURED) -> list[Index]:
    return [
        Index("import_total_wh", START + i * timedelta(days=1), v, nature, f"line {i}")
        for i, v in enumerate(values)
    ]


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=40), st.randoms())
def test_the_amounts_add_up_to_the_whole_in_any_order(rises, random):
    values = [sum(rises[: i + 1]) for i in range(len(rises))]
    indexes = read(*values)
    random.shuffle(indexes)
    amounts, refused = differences(indexes)
    assert refused == []
    assert sum(one.value for one in amounts) == values[-1] - values[0]
    assert [one.index_end for one in amounts] == values[1:]
    assert all(a.end == b.start for a, b in pairwise(amounts))


def test_a_missing_day_makes_the_next_amount_longer():
    indexes = read(0, 10, 30)
    amounts, _ = differences([indexes[0], indexes[2]])
    assert [(one.value, one.end - one.start) for one in amounts] == [
        (30, timedelta(days=2))
    ]


def test_a_fall_is_refused_with_its_pair_and_the_rest_lives():
    amounts, refused = differences(read(100, 200, 50, 80))
    assert [one.value for one in amounts] == [100, 30]
    assert [(one.place, one.reason) for one in refused] == [("line 2", "index-falls")]
    assert "200" in refused[0].detail
    assert "line 1" in refused[0].detail


def test_what_cannot_flow_so_fast_is_refused():
    amounts, refused = differences(read(0, 24 * 100, 24 * 201), most_an_hour=100)
    assert [one.value for one in amounts] == [2400]
    assert [one.reason for one in refused] == ["too-much"]


def test_one_instant_said_twice_counts_once_and_a_contradiction_is_refused():
    first, last = read(100, 200)
    again = Index(last.quantity, last.at, 200, last.nature, "line 9")
    other = Index(last.quantity, last.at, 999, last.nature, "line 10")
    amounts, refused = differences([first, last, again, other])
    assert [one.value for one in amounts] == [100]
    assert [(one.place, one.reason) for one in refused] == [("line 10", "two-values")]


def test_an_estimated_end_makes_the_amount_estimated():
    first, last = read(100, 200)
    guessed = Index(last.quantity, last.at, 200, Nature.ESTIMATED, "line 1")
    assert differences([first, guessed])[0][0].nature is Nature.ESTIMATED
    assert differences(read(1, 2))[0][0].nature is Nature.MEASURED


def test_one_index_alone_is_no_amount():
    assert differences(read(100)) == ([], [])
    assert differences([]) == ([], [])


@pytest.mark.parametrize("failed", [[0], [0, 0, 0], [9_999_999]])
def test_a_failed_reading_is_refused_alone_and_the_total_lives(failed):
    amounts, refused = differences(read(100, 200, *failed, 230, 240), most_an_hour=100)
    assert [one.value for one in amounts] == [100, 30, 10]
    assert amounts[1].end - amounts[1].start == (len(failed) + 1) * timedelta(days=1)
    assert len(refused) == len(failed)
    assert {one.place for one in refused} == {
        f"line {i + 2}" for i in range(len(failed))
    }


def test_a_counter_that_begins_anew_and_climbs_is_no_failed_reading():
    amounts, refused = differences(read(100, 0, 60, 120, 180))
    assert [one.value for one in amounts] == [60, 60, 60]
    assert [one.reason for one in refused] == ["index-falls"]


def test_readings_that_fail_to_the_end_leave_what_was():
    amounts, refused = differences(read(100, 200, 0, 0))
    assert [one.value for one in amounts] == [100, 0]
    assert [one.place for one in refused] == ["line 2"]
