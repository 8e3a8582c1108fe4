"""When a portal is asked next: after a success, and after each kind of failure. Pure.

A time is aware UTC; `draw` gives a number of [0, 1), so that homes don't all ask at
the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from collectors.collector import Rhythm
from collectors.errors import Reason

Draw = Callable[[], float]

LEAST_S = 15 * 60
"""A portal is never asked twice within it, whatever restarts."""
FIRST_S = (2, 15)
"""Soon after a start, where nothing is known of the past."""
LATE_S = (10, 300)
"""Soon after a start, where an attempt fell while nothing ran."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited after a first failure, and after many."""

    first_s: float
    most_s: float


PASSING = Patience(15 * 60, 6 * 3600)
CLOSED = Patience(4 * 3600, 24 * 3600)
OWNERS = Patience(24 * 3600, 7 * 86_400)
OURS = Patience(6 * 3600, 24 * 3600)
HERE = Patience(60, 15 * 60)
PATIENCE: Mapping[Reason, Patience] = {
    Reason.OFFLINE: PASSING,
    Reason.TIME_OUT: PASSING,
    Reason.PORTAL_DOWN: PASSING,
    Reason.CERTIFICATE: PASSING,
    Reason.TRUNCATED: PASSING,
    Reason.MAINTENANCE: Patience(3600, 12 * 3600),
    Reason.CAPTCHA: CLOSED,
    Reason.BLOCKED: CLOSED,
    Reason.QUOTA: CLOSED,
    # a wrong password that is tried again and again locks an account
    Reason.PASSWORD: OWNERS,
    Reason.TOKEN: OWNERS,
    Reason.CONSENT: OWNERS,
    Reason.SECOND_FACTOR: OWNERS,
    Reason.NO_SECRET: OWNERS,
    Reason.OPEN_SECRET: OWNERS,
    Reason.BAD_SECRET: OWNERS,
    Reason.SETTINGS: OWNERS,
    Reason.NOT_INSTALLED: OWNERS,
    Reason.WHICH_METER: OWNERS,
    Reason.CHANGED: OURS,
    Reason.CRASHED: OURS,
    Reason.SERVICE_AWAY: HERE,
    Reason.SERVICE_REFUSED: OURS,
}
UNASKED = frozenset(
    {
        Reason.NO_SECRET,
        Reason.OPEN_SECRET,
        Reason.BAD_SECRET,
        Reason.SETTINGS,
        Reason.NOT_INSTALLED,
        Reason.SERVICE_AWAY,
    }
)
"""Attempts that ended before a portal was asked anything."""


def mendable(reason: Reason) -> bool:
    """Tell whether the owner can mend it: what was changed is tried at once."""
    return PATIENCE[reason] in (OWNERS, OURS)


def after_success(
    now: datetime, rhythm: Rhythm, zone: ZoneInfo, draw: Draw
) -> datetime:
    """Give the next of its hours, a little later by chance; never within LEAST_S."""
    earliest = now + timedelta(seconds=LEAST_S)
    today = now.astimezone(zone).date()
    slots = [
        datetime.combine(today + timedelta(days=day), time(hour), zone).astimezone(UTC)
        for day in (0, 1, 2)
        for hour in sorted(rhythm.hours)
    ]
    slot = next(one for one in slots if one > now)
    return max(slot + timedelta(seconds=rhythm.spread_s * draw()), earliest)


def after_failure(
    now: datetime, reason: Reason, failures: int, wait_s: float | None, draw: Draw
) -> datetime:
    """Give when to try again after so many failures in a row; at least `wait_s`."""
    patience = PATIENCE[reason]
    doublings = min(max(failures - 1, 0), 20)
    delay = min(patience.first_s * 2**doublings, patience.most_s)
    delay *= 0.8 + 0.4 * draw()
    if wait_s is not None:  # what is asked for, and not all at the very second
        delay = max(delay, wait_s + 60 * draw())
    return now + timedelta(seconds=delay)


def at_start(
    now: datetime, planned: datetime | None, attempted: datetime | None, draw: Draw
) -> datetime:
    """Give when to begin after a restart: as planned, or soon where that is past.

    A plan or an attempt that lies more than eight days ahead was made by a wrong clock.
    """
    far = now + timedelta(days=8)
    if planned is None or planned > far:
        low, high = FIRST_S
        planned = now + timedelta(seconds=low + (high - low) * draw())
    elif planned <= now:
        low, high = LATE_S
        planned = now + timedelta(seconds=low + (high - low) * draw())
    if attempted is not None and attempted <= far:
        planned = max(planned, attempted + timedelta(seconds=LEAST_S))
    return planned
