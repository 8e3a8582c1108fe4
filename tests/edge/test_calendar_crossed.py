"""Days that a clock enters twice: the first time is when they begin."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from edge.calendar import HALF_HOUR_MS, Calendar
from edge.interval import Step
from edge.sample import millis


def test_a_clock_set_back_over_midnight_stays_in_the_day_that_has_begun():
    # at 00:01 of the 7th it was 23:01 of the 6th again
    calendar = Calendar(ZoneInfo("America/St_Johns"))
    begun = calendar.day_start(date(2010, 11, 7))
    again = millis(datetime(2010, 11, 7, 3, 0, tzinfo=UTC))
    assert begun < again
    assert calendar.interval(Step.DAY, again) == (
        begun,
        calendar.day_start(date(2010, 11, 8)),
    )


def test_a_day_whose_first_hour_comes_twice_holds_both():
    # at 03:00 it is 02:00 again
    calendar = Calendar(ZoneInfo("Europe/Paris"), day_hour=2)
    start = calendar.day_start(date(2026, 10, 25))
    edges = calendar.boundaries(Step.DAY, start, start + 1).tolist()
    assert [
        calendar.interval(Step.DAY, at) for at in range(start, edges[-1], HALF_HOUR_MS)
    ] == [*pairwise(edges)] * 50
