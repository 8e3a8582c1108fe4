"""Instants: written with their offset, read only when they are sure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import Problem
from api.instants import FIRST_MS, LAST_MS, Civil
from edge.sample import millis, utc

ZONES = (
    "Europe/Paris",
    "Indian/Reunion",
    "America/Miquelon",
    "Pacific/Noumea",
    "Australia/Lord_Howe",  # its summer shift is half an hour
    "America/Sao_Paulo",  # its clocks used to change at midnight
    "Africa/Casablanca",
    "Asia/Kathmandu",
)
zones = st.sampled_from(ZONES)
instants = st.integers(0, LAST_MS)
NEW_YEAR_MS = millis(datetime(2024, 1, 1, tzinfo=UTC))
paris = Civil(ZoneInfo("Europe/Paris"))


@given(zone=zones, at_ms=instants)
def test_a_written_instant_is_the_standard_librarys(zone, at_ms):
    civil = Civil(ZoneInfo(zone))
    spec = "milliseconds" if at_ms % 1000 else "seconds"
    expected = utc(at_ms).astimezone(civil.zone).isoformat(timespec=spec)
    assert civil.text(at_ms) == expected
    assert civil.text(at_ms) == expected  # from its memory too


@given(zone=zones, at_ms=instants)
def test_what_is_written_reads_back_the_same(zone, at_ms):
    civil = Civil(ZoneInfo(zone))
    assert civil.parse(civil.text(at_ms), "from") == at_ms


@given(at_ms=instants)
def test_a_plus_that_arrived_as_a_space_is_understood(at_ms):
    assert paris.parse(paris.text(at_ms).replace("+", " "), "from") == at_ms


@given(zone=zones, first_ms=instants, gaps=st.lists(st.integers(1, 2 * 86_400_000)))
def test_many_instants_are_written_as_each_alone(zone, first_ms, gaps):
    rising = list(accumulate([first_ms, *gaps]))
    many = Civil(ZoneInfo(zone)).texts(rising)
    assert many == [Civil(ZoneInfo(zone)).text(at_ms) for at_ms in rising]


def test_every_half_hour_of_a_year_is_written_right():
    for zone in ZONES:
        civil = Civil(ZoneInfo(zone))
        rising = list(range(NEW_YEAR_MS, NEW_YEAR_MS + 366 * 86_400_000, 1_800_000))
        expected = [utc(at).astimezone(civil.zone).isoformat() for at in rising]
        assert civil.texts(rising) == expected


def test_both_passes_of_the_repeated_hour_differ():
    first = millis(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert paris.text(first) == "2026-10-25T02:30:00+02:00"
    assert paris.text(first + 3_600_000) == "2026-10-25T02:30:00+01:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-25T00:30:00Z", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25t00:30:00z", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30+0200", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00.5+02:00", "2026-10-25T00:30:00.500+00:00"),
        ("2026-10-25T02:30:00.123999+02:00", "2026-10-25T00:30:00.123+00:00"),
        ("2026-10-25T00:30:00-09:30", "2026-10-25T10:00:00+00:00"),
        ("2026-10-25", "2026-10-24T22:00:00+00:00"),
        ("2026-10-26", "2026-10-25T23:00:00+00:00"),
        (" 2026-03-29 ", "2026-03-28T23:00:00+00:00"),
    ],
)
def test_each_way_of_writing(text, expected):
    assert paris.parse(text, "from") == millis(datetime.fromisoformat(expected))


@given(zone=zones, day=st.dates(date(1971, 1, 1), date(2199, 12, 30)))
def test_a_date_is_the_first_instant_of_that_civil_day(zone, day):
    civil = Civil(ZoneInfo(zone))
    start_ms = civil.start_of_day(day)
    assert utc(start_ms).astimezone(civil.zone).date() == day
    assert utc(start_ms - 1).astimezone(civil.zone).date() == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (
            "2026-10-25T02:30",
            "2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00",
        ),
        ("2026-07-01T12:00:00", "write it as 2026-07-01T12:00:00+02:00"),
        ("2026-07-01 12:00", "write it as 2026-07-01T12:00:00+02:00"),
        ("2026-03-29T02:30:00", "was skipped"),
        ("2026-02-30", "does not exist"),
        ("2026-02-29T00:00:00Z", "does not exist"),
        ("2026-01-01T25:00:00Z", "does not exist"),
        ("2026-01-01T00:00:60Z", "does not exist"),
        ("2026-01-01T00:00:00+24:00", "does not exist"),
        ("2026-01-01T00:00:00+01:60", "does not exist"),
        ("0000-01-01", "does not exist"),
        ("9999-12-31T23:59:59-12:00", "out of range"),
        ("1969-12-31", "out of range"),
        ("2200-01-02", "out of range"),
        ("", "is not an instant"),
        ("yesterday", "is not an instant"),
        ("1792891801", "is not an instant"),
        ("25/10/2026", "is not an instant"),
        ("2026-W43", "is not an instant"),
        ("2026-10-25T02:30:00+02:00[Europe/Paris]", "is not an instant"),
        ("２０２６-10-25", "is not an instant"),
        ("2026-10-25T02:30:00\x00Z", "is not an instant"),
        ("2026-10-25" * 200, "is not an instant"),
    ],
)
def test_what_is_unclear_is_refused_and_says_how_to_write_it(text, advice):
    with pytest.raises(Problem) as caught:
        paris.parse(text, "from")
    assert advice in caught.value.detail
    assert caught.value.parameter == "from"
    assert len(caught.value.detail) < 250


@given(text=st.text(max_size=40))
def test_no_text_breaks_the_reader(text):
    try:
        at_ms = paris.parse(text, "to")
    except Problem:
        return
    assert FIRST_MS <= at_ms <= LAST_MS


def test_the_memory_of_days_is_bounded(monkeypatch):
    monkeypatch.setattr("api.instants.CACHED_DAYS", 10)
    civil = Civil(ZoneInfo("Europe/Paris"))
    for day in range(100):
        civil.text(day * 86_400_000)
    assert len(civil._offsets) <= 10
    assert len(civil._dates) <= 10
