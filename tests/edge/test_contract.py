"""What a meter says of its contract, told once it changes; its hours, of whole days."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.calendar import DAY_MS, Calendar
from edge.contract import SILENCE_MS, Contract
from edge.facts import Fact, FactKind
from edge.interval import Step
from edge.sample import Sample, millis

PARIS = ZoneInfo("Europe/Paris")
CONTRACT = {"tariff_option": "H PLEINE/CREUSE", "subscribed_power_kva": 6}
MINUTE_MS = 60_000


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


def sample(at_ms, **values):
    return Sample("linky", at_ms, values)


def tell(follower, samples):
    return [fact for one in samples for fact in follower.of(one)]


def test_a_contract_is_told_once_and_again_when_it_changes():
    follower = Contract("linky", PARIS)
    start = at("2026-06-01")
    samples = [sample(start + n * 1000, **CONTRACT) for n in range(1, 50)]
    (first,) = tell(follower, samples)
    assert (first.kind, first.start_ms) == (FactKind.CONTRACT, start + 2000)
    assert first.detail == CONTRACT
    nine = {**CONTRACT, "subscribed_power_kva": 9}
    (second,) = tell(follower, [sample(start + n * 1000, **nine) for n in (60, 61, 62)])
    assert (second.start_ms, second.detail) == (start + 61_000, nine)


def test_a_single_frame_that_says_otherwise_changes_nothing():
    follower = Contract("linky", PARIS)
    tell(follower, [sample(n, **CONTRACT) for n in (1, 2)])
    flipped = {**CONTRACT, "subscribed_power_kva": 22}
    assert not tell(follower, [sample(3, **flipped), sample(4, **CONTRACT)])


def test_what_a_frame_lacks_is_not_forgotten():
    follower = Contract("linky", PARIS)
    tell(follower, [sample(n, **CONTRACT) for n in (1, 2)])
    less = {"tariff_option": "H PLEINE/CREUSE", "subscribed_power_kva": None}
    assert not tell(follower, [sample(n, **less) for n in (3, 4, 5)])


def test_a_restart_tells_nothing_anew():
    known = Fact("linky", FactKind.CONTRACT, 1, None, "tic", CONTRACT)
    follower = Contract("linky", PARIS, [known])
    assert not tell(follower, [sample(n, **CONTRACT) for n in range(10, 20)])


def days(first: str, count: int, off_peak, *, silence=()):
    """Give a sample a minute of days; `off_peak` are minutes of the day."""
    calendar = Calendar(PARIS)
    at_ms = at(first)
    end = calendar.interval(Step.DAY, at_ms + (count - 1) * DAY_MS + DAY_MS // 2)[1]
    while at_ms < end + 3 * MINUTE_MS:
        wall = datetime.fromtimestamp(at_ms / 1000, PARIS)
        minute = wall.hour * 60 + wall.minute
        if at_ms not in silence:
            index = 1 if any(a <= minute < b for a, b in off_peak) else 2
            yield sample(at_ms, tariff_index=index)
        at_ms += MINUTE_MS


NIGHT = ((2 * 60 + 26, 7 * 60 + 26), (14 * 60 + 26, 17 * 60 + 26))
MOVED = ((1 * 60 + 30, 6 * 60 + 30), (12 * 60, 15 * 60))


def test_off_peak_hours_are_told_of_the_first_whole_day_and_when_they_move():
    follower = Contract("linky", PARIS)
    found = tell(follower, days("2026-06-01", 4, NIGHT))
    (first,) = found
    # what stood at the first midnight was not known yet
    assert first.kind is FactKind.HOURS
    assert first.start_ms == at("2026-06-02")
    assert first.detail == {
        "hours": "00:00 2, 02:26 1, 07:26 2, 14:26 1, 17:26 2",
    }
    later = [one for one in days("2026-06-05", 3, MOVED) if one.at_ms > 0]
    (second,) = tell(follower, later)
    assert second.start_ms == at("2026-06-05")
    assert second.detail["hours"] == "00:00 2, 01:30 1, 06:30 2, 12:00 1, 15:00 2"


def test_a_day_with_a_silence_tells_no_hours():
    follower = Contract("linky", PARIS)
    start = at("2026-06-02 02:20")
    silent = {start + n * MINUTE_MS for n in range(SILENCE_MS // MINUTE_MS + 2)}
    (found,) = tell(follower, days("2026-06-01", 3, NIGHT, silence=silent))
    assert found.start_ms == at("2026-06-03")


@pytest.mark.parametrize("first", ["2026-03-27", "2026-10-23"])
def test_hours_are_in_wall_time_on_either_side_of_a_change_of_clock(first):
    follower = Contract("linky", PARIS)
    found = tell(follower, days(first, 5, ((0, 6 * 60), (22 * 60, 24 * 60))))
    assert [one.detail["hours"] for one in found] == ["00:00 1, 06:00 2, 22:00 1"]


def test_a_switch_at_midnight_is_one():
    follower = Contract("linky", PARIS)
    (found,) = tell(follower, days("2026-06-01", 3, ((22 * 60, 24 * 60),)))
    assert found.detail["hours"] == "00:00 2, 22:00 1"


@given(st.lists(st.tuples(st.integers(0, DAY_MS), st.integers(1, 10)), max_size=200))
def test_any_frames_in_any_order_are_survived(frames):
    follower = Contract("linky", PARIS)
    found = tell(
        follower, [sample(at_ms, tariff_index=index) for at_ms, index in frames]
    )
    assert all(one.meter == "linky" for one in found)
