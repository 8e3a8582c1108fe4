"""The meter's wall clock: mainland France's, and horodates written by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WINTER_MS = HOUR_MS


@lru_cache(maxsize=4096)
def _offset_of_hour(hour: int) -> int:
    offset = (EPOCH + timedelta(hours=hour)).astimezone(PARIS).utcoffset()
    return (offset or timedelta()) // timedelta(milliseconds=1)


def offset_ms(at_ms: int) -> int:
    """Give what local time adds to UTC; it changes on whole hours only."""
    return _offset_of_hour(at_ms // HOUR_MS)


def day_of(at_ms: int) -> int:
    """Give the local day, counted from 1970-01-01, that holds an instant."""
    return (at_ms + offset_ms(at_ms)) // DAY_MS


def date_of(day: int) -> date:
    """Give the date of a local day."""
    return date(1970, 1, 1) + timedelta(days=day)


@lru_cache(maxsize=4096)
def midnight_ms(day: int) -> int:
    """Give the instant at which a local day starts."""
    start = datetime.combine(date_of(day), datetime.min.time(), tzinfo=PARIS)
    return (start.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)


def second_of_day(at_ms: int) -> int:
    """Give what the wall clock shows, in seconds since it showed midnight."""
    return (at_ms + offset_ms(at_ms)) % DAY_MS // SECOND_MS


@lru_cache(maxsize=16)
def _written_day(day: int) -> str:
    return date_of(day).strftime("%y%m%d")


def horodate(at_ms: int, *, season: str | None = None, degraded: bool = False) -> str:
    """Write `SYYMMDDhhmmss`; `season` is told for the dates that bear none (" ")."""
    offset = offset_ms(at_ms)
    if season is None:
        season = "H" if offset == WINTER_MS else "E"
        season = season.lower() if degraded else season
    day, rest = divmod(at_ms + offset, DAY_MS)
    minutes, seconds = divmod(rest // SECOND_MS, 60)
    return f"{season}{_written_day(day)}{minutes // 60:02}{minutes % 60:02}{seconds:02}"
