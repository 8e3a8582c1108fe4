"""When an answer is due: one month by the calendar (GDPR art. 12(3)), on a working day.

Counted as Regulation (EEC, Euratom) 1182/71 has it: the day of the same number, the
month's last where there is none, and the next working day after a day of rest.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
"""The public holidays of all France; Alsace and Moselle, and overseas, have more."""
AFTER_EASTER = (1, 39, 50)
"""Easter Monday, Ascension, Whit Monday, in days after Easter Sunday."""
WHOLE, LONGER = 1, 3
"""In months: as a rule, and where it was said within the first that it takes longer."""


@dataclass(frozen=True, slots=True)
class Due:
    """Until when a request that arrived on a day is to be answered."""

    arrived: date

    @property
    def answer(self) -> date:
        """Give the last day of a month's time."""
        return working(months_after(self.arrived, WHOLE))

    @property
    def longer(self) -> date:
        """Give the last day where the answer was put off, with the reasons."""
        return working(months_after(self.arrived, LONGER))


def months_after(day: date, months: int) -> date:
    """Give the day of the same number so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def working(day: date) -> date:
    """Give a day, or the first working day after it."""
    while day.weekday() >= 5 or day in holidays(day.year):
        day += timedelta(days=1)
    return day


def holidays(year: int) -> set[date]:
    """Give the days of a year on which nobody has to answer."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=after) for after in AFTER_EASTER}
    return {date(year, month, day) for month, day in FIXED} | moving


def easter(year: int) -> date:
    """Give Easter Sunday of the Gregorian calendar, by Gauss's rule as completed."""
    golden, century = year % 19, year // 100
    moon = (19 * golden + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - golden) // 11))
    week = (year + year // 4 + moon + 2 - century + century // 4) % 7
    days = moon - week
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))
