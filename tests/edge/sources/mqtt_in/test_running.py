"""An index goes on through reboots of its counter, and no false count moves it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.sources.mqtt_in.presets import Way
from edge.sources.mqtt_in.running import Running, advance
from water.errors import MessageRefused

MOST = 10_000_000


def fed(numbers, way=Way.COUNT, start=None):
    running = None
    for at, number in enumerate(numbers):
        running = advance(running, way, number, at, MOST, start)
    return running


def test_an_index_begins_where_the_counter_is_or_where_it_is_told():
    assert fed([5_000]).whole == 5
    assert fed([5_000], start=70_000).whole == 70
    assert fed([5_000, 6_000], start=70_000).whole == 71


def test_a_counter_that_starts_again_goes_on():
    assert fed([90_000, 100_000, 1_000, 3_000]).whole == 103


def test_a_counter_that_was_saved_before_its_reboot_goes_on_once_it_is_sure():
    once = fed([90_000, 100_000, 95_000])
    assert (once.whole, once.below) == (100, 95_000)
    again = advance(once, Way.COUNT, 97_000, 9, MOST)
    assert (again.whole, again.below, again.count) == (102, None, 97_000)


def test_a_false_low_count_moves_nothing():
    once = fed([90_000, 100_000, 50_000])
    assert advance(once, Way.COUNT, 101_000, 9, MOST) == Running(101_000, 101_000, 9)


def test_what_flowed_is_added():
    assert fed([1_000, 500, 500], Way.DELTA, start=10_000).whole == 12


@pytest.mark.parametrize("way", [Way.COUNT, Way.DELTA])
@pytest.mark.parametrize(("number", "reason"), [(MOST * 9, "jump"), (-1, "negative")])
def test_more_than_can_have_flowed_or_less_than_nothing_is_refused(way, number, reason):
    before = Running(100_000, 100_000, 0)
    with pytest.raises(MessageRefused) as refused:
        advance(before, way, number, 1, MOST)
    assert refused.value.reason == reason


@given(st.lists(st.lists(st.integers(0, 9_000), min_size=1, max_size=9), max_size=6))
def test_reboots_lose_nothing_that_was_counted_after_them(lives):
    """Each life counts from 0, and is heard first when it has counted 9 at most."""
    numbers, expected, high = [10_000_000], 10_000_000, 10_000_000
    for life in lives:
        count = 0
        if high < 1_000:  # too little was counted to tell a reboot from a fall
            break
        for step in [min(life[0], high // 10), *life[1:]]:
            count += step
            numbers.append(count)
        expected += count
        high = count
    assert fed(numbers).index == expected
