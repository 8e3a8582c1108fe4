"""Lengths of time as people grant them: ISO 8601 durations of whole days or more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

SHAPE = re.compile(
    r"P(?:([0-9]{1,2})Y)?(?:([0-9]{1,2})M)?(?:([0-9]{1,3})W)?(?:([0-9]{1,4})D)?"
)
YEAR_DAYS, MONTH_DAYS = 366, 31
LEAST_YEAR_DAYS = 365
LEAST_DAYS = (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334)
"""How few days so many civil months can have, wherever they lie."""
MONTHS_MOST, DAYS_MOST = 1199, 9999
"""What can be written again as it is read."""


@dataclass(frozen=True, slots=True)
class Period:
    """So many months and so many days; a months' part goes first, as on a calendar."""

    months: int
    days: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read "P1Y", "P6M", "P2W", "P30D"; raise ValueError on anything else."""
        found = SHAPE.fullmatch(text)
        if found is None or not any(found.groups()):
            raise ValueError('write a length as "P1Y", "P6M", "P2W" or "P30D"')
        years, months, weeks, days = (int(one or 0) for one in found.groups())
        period = cls(12 * years + months, 7 * weeks + days)
        if not period.most_days:
            raise ValueError("a length is a day at least")
        if period.months > MONTHS_MOST or period.days > DAYS_MOST:
            raise ValueError("a length is less than a hundred years")
        return period

    @property
    def most_days(self) -> int:
        """Give the days that it has at most."""
        return _most(self.months) + self.days

    def before(self, day: date) -> date:
        """Give the day that lies so long before another."""
        return self._moved(day, -1)

    def after(self, day: date) -> date:
        """Give the day that lies so long after another."""
        return self._moved(day, 1)

    def _moved(self, day: date, sign: int) -> date:
        count = day.year * 12 + day.month - 1 + sign * self.months
        year, month = divmod(count, 12)
        last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - date.resolution).day
        moved = date(year, month + 1, min(day.day, last))
        return moved + sign * timedelta(days=self.days)

    def __str__(self) -> str:
        """Write it as it is read."""
        years, months = divmod(self.months, 12)
        parts = ((years, "Y"), (months, "M"), (self.days, "D"))
        return "P" + "".join(f"{count}{unit}" for count, unit in parts if count)

    def __le__(self, other: Period) -> bool:
        """Tell whether it is surely no longer than another, from whichever day.

        So P1M and P30D are neither: which is longer depends on the month.
        """
        months, days = other.months - self.months, other.days - self.days
        if months >= 0:
            return _least(months) + days >= 0
        return _most(-months) <= days


def _most(months: int) -> int:
    return months // 12 * YEAR_DAYS + months % 12 * MONTH_DAYS


def _least(months: int) -> int:
    return months // 12 * LEAST_YEAR_DAYS + LEAST_DAYS[months % 12]
