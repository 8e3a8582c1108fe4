"""Gas periods: whole gas days, each from 06:00 to 06:00 where the meter stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exports import Civil, RowRefused
from gazpar.words import MONTHS, plain

GAS_HOUR = 6
"""The gas day begins at 06:00 local: it has 23 or 25 hours when clocks change."""
YEARS = range(1990, 2101)
WEEK = re.compile(r"(?:semaine )?du (\S+) au (\S+)")
MONTH = re.compile(r"([a-z]+) (\d{4})")
YEAR = re.compile(r"(?:annee )?(\d{4})")
SERIALS = range(30_000, 80_000)
"""Days since 30/12/1899, as spreadsheets count."""


@dataclass(frozen=True, slots=True)
class Period:
    """The gas days from `first` on, until before the day `until`.

    Raises RowRefused: "start-after-end", "not-a-date" where no household had Gazpar.
    """

    first: date
    until: date

    def __post_init__(self) -> None:
        if self.first.year not in YEARS or self.until.year not in YEARS:
            raise RowRefused("not-a-date", f"{self.first} is no date of a reading")
        if self.first >= self.until:
            detail = f"it begins on {self.first} and ends on {self.until}"
            raise RowRefused("start-after-end", detail)

    @classmethod
    def of_day(cls, day: date) -> Period:
        """Give one gas day; raise RowRefused ("not-a-date")."""
        return cls.of_days(day, day)

    @classmethod
    def of_days(cls, first: date, last: date) -> Period:
        """Give the gas days `first` to `last`, both included; raise RowRefused."""
        if last.year not in YEARS:
            raise RowRefused("not-a-date", f"{last} is no date of a reading")
        return cls(first, last + timedelta(days=1))

    @classmethod
    def from_label(cls, label: object, civil: Civil) -> Period:
        """Read a day, `Du 24/11/2020 au 29/11/2020`, `Novembre 2020 ` or `2020`.

        Raises RowRefused: "not-a-period", "not-a-date", "start-after-end".
        """
        if isinstance(label, date):
            return cls.of_day(civil.day(label))
        word = plain(label).removesuffix(".0")
        if week := WEEK.fullmatch(word):
            return cls.of_days(civil.day(week[1]), civil.day(week[2]))
        month = MONTH.fullmatch(word)
        if month is not None and month[1] in MONTHS:
            year, number = int(month[2]), MONTHS[month[1]]
            following = (year + 1, 1) if number == 12 else (year, number + 1)
            return cls(_first(year, number), _first(*following))
        if year_alone := YEAR.fullmatch(word):
            year = int(year_alone[1])
            return cls(_first(year), _first(year + 1))
        if word.isdecimal() and len(word) == 5 and int(word) in SERIALS:
            return cls.of_day(date(1899, 12, 30) + timedelta(days=int(word)))
        if not re.match(r"\d+[/-]\d+[/-]\d", word):
            # The cell is not quoted: it may be an address.
            detail = "it is labelled by no day, week, month or year"
            raise RowRefused("not-a-period", detail)
        return cls.of_day(civil.day(word))

    @property
    def days(self) -> int:
        """Give how many gas days it has."""
        return (self.until - self.first).days

    def instants(self, civil: Civil) -> tuple[datetime, datetime]:
        """Give [start, end), aware UTC: 05:00 in winter and 04:00 in summer."""
        return (
            civil.midnight(self.first, GAS_HOUR),
            civil.midnight(self.until, GAS_HOUR),
        )


def _first(year: int, month: int = 1) -> date:
    if year not in YEARS:
        raise RowRefused("not-a-date", f"{year} is no year of a reading")
    return date(year, month, 1)
