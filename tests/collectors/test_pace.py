"""When a portal is asked next: its hours, more patience each time, and what it asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import Reason, Rhythm, pace

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
INSTANTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
DRAWS = st.floats(0, 1, exclude_max=True)


@given(INSTANTS, st.sets(st.integers(0, 23), min_size=1), DRAWS)
def test_after_a_success_it_waits_for_one_of_its_hours(now, hours, draw):
    rhythm = Rhythm(hours=tuple(hours), spread_s=600)
    due = pace.after_success(now, rhythm, PARIS, lambda: draw)
    assert due - now >= timedelta(seconds=pace.LEAST_S)
    assert due - now <= timedelta(hours=25, seconds=600 + pace.LEAST_S)


@given(st.sampled_from(Reason), st.integers(1, 10_000), DRAWS)
def test_each_failure_has_a_wait_that_grows_and_ends(reason, failures, draw):
    due = pace.after_failure(AT, reason, failures, None, lambda: draw)
    assert timedelta(seconds=40) <= due - AT <= timedelta(days=9)
    first = pace.after_failure(AT, reason, 1, None, lambda: 0.5)
    later = pace.after_failure(AT, reason, failures, None, lambda: 0.5)
    assert later >= first


@given(st.floats(0, 7 * 86_400), DRAWS)
def test_what_a_portal_asks_for_is_granted(wait_s, draw):
    due = pace.after_failure(AT, Reason.QUOTA, 1, wait_s, lambda: draw)
    assert (due - AT).total_seconds() >= wait_s - 1e-3


def test_two_homes_that_failed_together_do_not_come_back_together():
    dues = {
        pace.after_failure(AT, Reason.PORTAL_DOWN, 1, 60.0, lambda draw=draw: draw)
        for draw in (0.0, 0.3, 0.9)
    }
    assert len(dues) == 3


def test_a_wrong_password_is_left_for_a_day():
    due = pace.after_failure(AT, Reason.PASSWORD, 1, None, lambda: 0)
    assert due - AT >= timedelta(hours=19)
    assert pace.mendable(Reason.PASSWORD)
    assert pace.mendable(Reason.CHANGED)  # by an update
    assert not pace.mendable(Reason.QUOTA)


def test_every_reason_has_its_patience():
    assert set(pace.PATIENCE) == set(Reason)


@pytest.mark.parametrize(
    ("planned", "attempted", "earliest", "latest"),
    [
        (None, None, 2, 15),  # nothing is known
        (timedelta(hours=5), None, 5 * 3600, 5 * 3600),  # as planned
        (-timedelta(hours=5), -timedelta(days=1), 10, 300),  # it fell while it was off
        (-timedelta(hours=5), timedelta(), 900, 900),  # a restart just after one
        (timedelta(days=40), None, 2, 15),  # a clock that was wrong
        (None, timedelta(days=40), 2, 15),
    ],
)
@given(draw=DRAWS)
def test_a_restart_does_not_hammer_a_portal(planned, attempted, earliest, latest, draw):
    due = pace.at_start(
        AT,
        None if planned is None else AT + planned,
        None if attempted is None else AT + attempted,
        lambda: draw,
    )
    assert earliest <= (due - AT).total_seconds() <= latest
