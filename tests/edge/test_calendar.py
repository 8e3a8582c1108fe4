"""Civil intervals: no hole, no overlap, nested, in every zone and on every day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.calendar import DAY_MS, HOUR_MS, Calendar, calendar_of, interval
from edge.catalogue import Fluid
from edge.interval import INTERVAL_STEPS, Step
from edge.sample import millis, utc

PARIS = ZoneInfo("Europe/Paris")
ZONES = [
    "Europe/Paris",
    "Indian/Reunion",
    "America/Miquelon",
    "Pacific/Marquesas",  # -09:30
    "Asia/Kathmandu",  # +05:45
    "Australia/Lord_Howe",  # changes by half an hour
    "America/Havana",  # changes at midnight
    "America/Sao_Paulo",  # changed at midnight until 2019
    "Pacific/Apia",  # skipped 30 December 2011
]
INSTANTS = st.integers(
    millis(datetime(2005, 1, 1, tzinfo=UTC)), millis(datetime(2040, 1, 1, tzinfo=UTC))
)
CALENDARS = st.builds(
    Calendar, st.sampled_from(ZONES).map(ZoneInfo), st.sampled_from([0, 6])
)


def paris(*parts: int) -> int:
    return millis(datetime(*parts, tzinfo=PARIS))


@given(CALENDARS, st.sampled_from((Step.MIN1, *INTERVAL_STEPS)), INSTANTS)
def test_an_instant_is_in_its_interval_and_so_are_its_edges(calendar, step, at_ms):
    start, end = calendar.interval(step, at_ms)
    assert start <= at_ms < end
    assert calendar.interval(step, start) == (start, end)
    assert calendar.interval(step, end - 1) == (start, end)
    assert calendar.interval(step, end)[0] == end


@given(CALENDARS, INSTANTS)
def test_steps_nest(calendar, at_ms):
    steps = (Step.MIN1, *INTERVAL_STEPS)
    for inner, outer in pairwise(steps):
        start, end = calendar.interval(outer, at_ms)
        inner_start, inner_end = calendar.interval(inner, at_ms)
        assert start <= inner_start < inner_end <= end


@given(
    CALENDARS,
    st.sampled_from(INTERVAL_STEPS),
    INSTANTS,
    st.integers(0, 40 * DAY_MS),
)
def test_boundaries_are_the_intervals_one_by_one(calendar, step, start, length):
    edges = calendar.boundaries(step, start, start + length)
    assert np.all(np.diff(edges) > 0)
    walked = [calendar.interval(step, start)]
    while walked[-1][1] < start + length:
        walked.append(calendar.interval(step, walked[-1][1]))
    assert edges.tolist() == [walked[0][0], *(end for _, end in walked)]


@given(CALENDARS, st.lists(INSTANTS, min_size=1, max_size=9))
def test_written_instants_read_back_with_the_zone_s_offset(calendar, instants):
    texts = calendar.isoformat(np.array(instants, dtype=np.int64))
    for at_ms, text in zip(instants, texts, strict=True):
        read = datetime.fromisoformat(text)
        assert millis(read) == at_ms
        assert read.utcoffset() == utc(at_ms).astimezone(calendar.zone).utcoffset()


def test_whole_seconds_are_written_without_fraction():
    texts = Calendar(PARIS).isoformat(np.array([paris(2026, 7, 1)], dtype=np.int64))
    assert texts == ["2026-07-01T00:00:00+02:00"]
    assert Calendar(PARIS).isoformat(np.zeros(0, dtype=np.int64)) == []
    assert len(Calendar(PARIS).offsets(np.zeros(0, dtype=np.int64))) == 0


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)]
)
def test_a_day_has_23_24_or_25_hours_and_twice_as_many_half_hours(day, hours):
    calendar = Calendar(PARIS)
    start, end = calendar.interval(Step.DAY, paris(*day, 12))
    assert (start, end) == (paris(*day), paris(*day[:2], day[2] + 1))
    assert len(calendar.boundaries(Step.HOUR, start, end)) == hours + 1
    assert len(calendar.boundaries(Step.MIN30, start, end)) == 2 * hours + 1


def test_a_leap_year_has_366_days_and_its_february_29():
    calendar = Calendar(PARIS)
    start, end = calendar.interval(Step.YEAR, paris(2028, 6, 1))
    assert len(calendar.boundaries(Step.DAY, start, end)) == 367
    start, end = calendar.interval(Step.MONTH, paris(2028, 2, 29, 23, 59))
    assert (start, end) == (paris(2028, 2, 1), paris(2028, 3, 1))


def test_the_gas_day_runs_from_six_to_six_even_when_the_clock_changes():
    gas = calendar_of(Fluid.GAS, PARIS)
    assert gas.interval(Step.DAY, paris(2026, 3, 29, 5, 59)) == (
        paris(2026, 3, 28, 6),
        paris(2026, 3, 29, 6),
    )
    start, end = gas.interval(Step.DAY, paris(2026, 10, 24, 6))
    assert end - start == 25 * HOUR_MS
    assert gas.interval(Step.MONTH, paris(2026, 5, 1, 5))[0] == paris(2026, 4, 1, 6)
    assert gas.interval(Step.YEAR, paris(2026, 1, 1, 5))[0] == paris(2025, 1, 1, 6)
    assert calendar_of(Fluid.ELECTRICITY, PARIS).day_hour == 0


def test_half_hours_are_local_where_the_offset_is_odd():
    kathmandu = ZoneInfo("Asia/Kathmandu")
    start, _ = interval(
        Step.HOUR, millis(datetime(2026, 1, 1, 12, 20, tzinfo=UTC)), kathmandu
    )
    assert utc(start).astimezone(kathmandu).minute == 0


def test_a_skipped_day_leaves_neither_hole_nor_empty_interval():
    apia = Calendar(ZoneInfo("Pacific/Apia"))
    start, end = apia.day_start(date(2011, 12, 29)), apia.day_start(date(2012, 1, 1))
    edges = apia.boundaries(Step.DAY, start, end)
    assert np.diff(edges).tolist() == [DAY_MS, DAY_MS]


def test_a_midnight_that_does_not_exist_is_when_the_clock_jumps():
    havana = Calendar(ZoneInfo("America/Havana"))
    start = havana.day_start(date(2026, 3, 8))
    assert utc(start).astimezone(havana.zone).hour == 1
    assert start - havana.day_start(date(2026, 3, 7)) == DAY_MS


def test_raw_has_no_interval():
    with pytest.raises(ValueError, match="raw"):
        Calendar(PARIS).interval(Step.RAW, 0)


def test_ten_years_of_half_hours_have_as_many_edges_as_time_says():
    start, end = paris(2020, 1, 1), paris(2030, 1, 1)
    edges = Calendar(PARIS).boundaries(Step.MIN30, start, end)
    assert (
        len(edges) - 1 == (end - start) // timedelta(minutes=30).total_seconds() / 1000
    )
