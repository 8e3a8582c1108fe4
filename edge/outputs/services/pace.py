"""When a service is told: at fixed times, whoever closed a row when.

What arrives as soon as it is known tells by its time what it may not tell by its rows.
"""

from __future__ import annotations

from enum import StrEnum
from zoneinfo import ZoneInfo

from edge.calendar import Calendar
from edge.consent.allowed import LAG_MS, SHOWN_HOUR
from edge.consent.terms import Grain
from edge.interval import Step


class Pace(StrEnum):
    """How often: each half-hour once it is over, or once a day at the shown hour."""

    HALF_HOURS = "half_hours"
    DAYS = "days"

    @classmethod
    def of(cls, grain: Grain) -> Pace:
        """Give the pace at which rows of a grain are told."""
        return cls.DAYS if grain in (Grain.DAY, Grain.MONTH) else cls.HALF_HOURS

    def last_ms(self, now_ms: int, zone: ZoneInfo) -> int:
        """Give the last fixed time, at or before an instant."""
        return self._around(now_ms, zone)[0]

    def next_ms(self, now_ms: int, zone: ZoneInfo) -> int:
        """Give the first fixed time after an instant."""
        return self._around(now_ms, zone)[1]

    def _around(self, now_ms: int, zone: ZoneInfo) -> tuple[int, int]:
        if self is Pace.DAYS:
            return Calendar(zone, SHOWN_HOUR).interval(Step.DAY, now_ms)
        first, last = Calendar(zone).interval(Step.MIN30, now_ms - LAG_MS)
        return first + LAG_MS, last + LAG_MS
