"""How long a step is, told by its neighbours."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enedis.steps import STEPS, duration, steps


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT5M", 300),
        ("PT30M", 1800),
        ("PT1H", 3600),
        ("P1D", 86_400),
        ("PT0M", None),
        ("P", None),
        ("30", None),
        (None, None),
    ],
)
def test_a_duration_is_read(text, seconds):
    assert duration(text) == seconds


def test_the_first_after_a_change_is_as_long_as_the_next():
    assert steps([0, 3600, 7200, 7800, 8400]) == [3600, 3600, 3600, 600, 600]
    assert steps([2400, 3000, 3600, 7200, 10800]) == [600, 600, 600, 3600, 3600]


def test_a_hole_is_no_step():
    assert steps([0, 1800, 5400, 7200]) == [1800, 1800, 1800, 1800]
    assert steps([0, 1800, 90_000, 90_600]) == [1800, 1800, 600, 600]
    assert steps([0, 1800, 90_000]) == [1800, 1800, 1800]


def test_a_lone_point_is_of_no_step():
    assert steps([1800]) == [None]
    assert steps([]) == []
    assert steps([0, 86_400]) == [None, None]


def test_what_the_file_says_counts_unless_a_neighbour_is_nearer():
    assert steps([0, 86_400], 1800) == [1800, 1800]
    assert steps([0, 1800, 2400, 3000], 1800) == [1800, 1800, 600, 600]


@given(st.lists(st.integers(0, 500), unique=True, max_size=60))
def test_no_step_reaches_over_the_point_before(minutes):
    ends = sorted(300 * minute for minute in minutes)
    for i, step in enumerate(steps(ends)):
        assert step is None or step in STEPS
        if i and step is not None:
            assert step <= ends[i] - ends[i - 1]


def without(ends: list[int], share: float) -> list[int]:
    """Leave a share of the points out, always the same ones."""
    missing = Random(5)
    return [end for end in ends if missing.random() > share]


@pytest.mark.parametrize("step", sorted(STEPS))
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_points_that_are_missing_here_and_there_lengthen_no_step(step, share):
    ends = without([step * i for i in range(1, 2000)], share)
    assert set(steps(ends)) == {step}
    assert set(steps(ends, step)) == {step}


def test_a_step_that_changes_for_a_while_between_others_is_kept():
    ends = [1800, 3600, 7200, 10_800, 12_600, 14_400]
    assert steps(ends) == [1800, 1800, 3600, 3600, 1800, 1800]


def test_a_day_of_hours_belies_a_file_that_says_half_hours():
    hours = [3600 * i for i in range(1, 30)]
    halves = [hours[-1] + 1800 * i for i in range(1, 30)]
    assert steps(hours + halves, 1800) == [3600] * 29 + [1800] * 29
    assert steps(hours[:20], 1800) == [1800] * 20
