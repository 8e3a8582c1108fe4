"""Lengths of time as people grant them: ISO 8601 durations of whole days or more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

SHAPE = re.compile(r"P(?:(\d{1,2})Y)?(?:(\d{1,2})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?")
YEAR_DAYS, MONTH_DAYS = 366, 31


@dataclass(frozen=True, slots=True)
class Period:
    """So many months and so many days; ordered by the days it has at most."""

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
        return period

    @property
    def most_days(self) -> int:
        """Give the days that it has at most."""
        years, months = divmod(self.months, 12)
        return years * YEAR_DAYS + months * MONTH_DAYS + self.days

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
        """Tell whether it is surely no longer than another."""
        return self.months <= other.months and self.most_days <= other.most_days
