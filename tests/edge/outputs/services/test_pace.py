"""The fixed times: half-hours five minutes after their end, days at seven."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from edge.consent.terms import Grain
from edge.outputs.services.pace import Pace
from edge.sample import millis, utc

PARIS = ZoneInfo("Europe/Paris")


def ms(text):
    return millis(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("12:04:59+01:00", "11:35:00+01:00", "12:05:00+01:00"),
        ("12:05:00+01:00", "12:05:00+01:00", "12:35:00+01:00"),
        ("12:34:59+01:00", "12:05:00+01:00", "12:35:00+01:00"),
    ],
)
def test_half_hours_are_told_five_minutes_after_their_end(now, last, following):
    day = "2026-11-28T"
    assert Pace.HALF_HOURS.last_ms(ms(day + now), PARIS) == ms(day + last)
    assert Pace.HALF_HOURS.next_ms(ms(day + now), PARIS) == ms(day + following)


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        ("28T06:59:59+01:00", "27T07:00:00+01:00", "28T07:00:00+01:00"),
        ("28T07:00:00+01:00", "28T07:00:00+01:00", "29T07:00:00+01:00"),
    ],
)
def test_days_are_told_at_seven(now, last, following):
    month = "2026-11-"
    assert Pace.DAYS.last_ms(ms(month + now), PARIS) == ms(month + last)
    assert Pace.DAYS.next_ms(ms(month + now), PARIS) == ms(month + following)


def test_days_of_23_and_25_hours_are_told_at_seven_of_the_clock():
    for day in ("2026-03-29", "2026-10-25"):
        at_ms = Pace.DAYS.last_ms(ms(f"{day}T12:00:00+02:00"), PARIS)
        assert utc(at_ms).astimezone(PARIS).hour == 7


def test_in_any_zone_a_fixed_time_is_never_in_the_future_and_the_next_never_past():
    for zone in (ZoneInfo("Asia/Kathmandu"), ZoneInfo("Indian/Reunion"), PARIS):
        for now_ms in range(
            ms("2026-10-24T00:00:00Z"), ms("2026-10-27T00:00:00Z"), 999_983
        ):
            for pace in Pace:
                last, following = pace.last_ms(now_ms, zone), pace.next_ms(now_ms, zone)
                assert last <= now_ms < following
                assert pace.last_ms(following, zone) == following


def test_days_and_months_go_at_the_pace_of_days():
    slow = {grain for grain in Grain if Pace.of(grain) is Pace.DAYS}
    assert slow == {Grain.DAY, Grain.MONTH}
