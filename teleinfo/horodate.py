"""When something was, by the meter: `SYYMMDDhhmmss` (Enedis-NOI-CPT_54E v3, 6.2.1).

S is the season: H or E, winter (UTC+1) or summer (UTC+2); lower-case when the clock
is degraded; a space where the season does not apply (DPMn, FPMn), read then by the
rules of Europe/Paris. The letter rules over any rule of the host.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from teleinfo.errors import ValueRefused
from teleinfo.reason import Reason

WIDTH = 13
SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
WINTER_MS = 1 * HOUR_MS
SUMMER_MS = 2 * HOUR_MS
OFFSET_MS = {"H": WINTER_MS, "h": WINTER_MS, "E": SUMMER_MS, "e": SUMMER_MS}


class Horodate(NamedTuple):
    """A valid horodate as sent; a tuple, since one is made for each dated group.

    Make it by `from_field`: the plain constructor checks nothing.
    """

    text: str

    @classmethod
    def from_field(cls, field: str, *, planned: bool = False) -> Horodate:
        """Read the 13 characters; raise ValueRefused unless they are a date.

        `planned`: the season may be a space (the starts and ends of mobile peaks).
        """
        if not is_horodate(field, planned=planned):
            raise ValueRefused(
                "horodate",
                field,
                hint="a season letter, then YYMMDDhhmmss",
                reason=Reason.HORODATE,
            )
        return cls(field)

    @property
    def degraded(self) -> bool:
        """Tell whether the meter itself doubts its clock."""
        return self.text[0] in "he"

    @property
    def at_ms(self) -> int:
        """Give the instant in ms of UTC."""
        text = self.text
        return _minute_ms(text[:11]) + SECOND_MS * int(text[11:])

    @property
    def at(self) -> datetime:
        """Give the instant as an aware UTC datetime."""
        return EPOCH + timedelta(milliseconds=self.at_ms)


def is_horodate(field: str, *, planned: bool = False) -> bool:
    """Tell whether these are the 13 characters of a date that exists."""
    return (
        len(field) == WIDTH
        and (field[0] in OFFSET_MS or (planned and field[0] == " "))
        and field.isascii()
        and field[1:].isdigit()
        and field[7:9] < "24"
        and field[9:11] < "60"
        and field[11:] < "60"
        and _midnight_ms(field[1:7]) >= 0
    )


@lru_cache(maxsize=512)
def _midnight_ms(yymmdd: str) -> int:
    """Give the local midnight as if it were UTC, in ms; -1 if there is no such day."""
    try:
        day = date(2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        return -1
    return (day.toordinal() - EPOCH_DAY) * DAY_MS


@lru_cache(maxsize=512)
def _minute_ms(minute: str) -> int:
    """Give the instant of a minute, `SYYMMDDhhmm`: a meter's clock repeats each."""
    local_ms = (
        _midnight_ms(minute[1:7])
        + int(minute[7:9]) * HOUR_MS
        + int(minute[9:11]) * MINUTE_MS
    )
    offset_ms = OFFSET_MS.get(minute[0])
    return local_ms - (paris_ms(local_ms) if offset_ms is None else offset_ms)


def paris_ms(local_ms: int) -> int:
    """Give Paris's offset from UTC, in ms, at a local time; winter in the lost hour.

    The doubled hour of October is read as its first turn, still summer.
    """
    year = (EPOCH + timedelta(milliseconds=local_ms)).year
    begins_ms = _last_sunday_ms(year, 3) + 3 * HOUR_MS
    ends_ms = _last_sunday_ms(year, 10) + 3 * HOUR_MS
    return SUMMER_MS if begins_ms <= local_ms < ends_ms else WINTER_MS


@lru_cache(maxsize=64)
def _last_sunday_ms(year: int, month: int) -> int:
    last = date(year, month, 31)
    sunday = last.toordinal() - (last.weekday() + 1) % 7
    return (sunday - EPOCH_DAY) * DAY_MS
