"""What kind of day it is for the household: at work, at home, away."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from random import Random

from teleinfo.virtual.civil import date_of

FIXED = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
AFTER_EASTER = (1, 39, 50)
"""Easter Monday, Ascension, Whit Monday."""
SATURDAY = 5
SUMMER_WEEKS = 2


class Kind(Enum):
    """How a day is lived."""

    WORK = "work"
    HOME = "home"
    AWAY = "away"


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Give Easter Sunday (Gauss, as corrected by Meeus)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    moon = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * moon) // 451
    month, day = divmod(h + moon - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_public_holiday(when: date) -> bool:
    """Tell whether a date is one of France's eleven public holidays."""
    since = (when - easter(when.year)).days
    return (when.month, when.day) in FIXED or since in AFTER_EASTER


@lru_cache(maxsize=64)
def _absences(seed: int, year: int) -> tuple[tuple[date, date], ...]:
    """Give the [first, after the last] days of a year that are spent elsewhere."""
    rng = Random(f"away {seed} {year}")  # noqa: S311 - a simulation
    winter = date(year, 2, rng.randrange(8, 20))
    summer = date(year, 8, rng.randrange(1, 12))
    new_year = date(year, 12, rng.randrange(22, 25))
    spring = easter(year) - timedelta(days=1)
    return (
        (winter, winter + timedelta(days=7)),
        (spring, spring + timedelta(days=rng.randrange(2, 4))),
        (summer, summer + timedelta(weeks=SUMMER_WEEKS)),
        (new_year, new_year + timedelta(days=rng.randrange(4, 7))),
    )


@lru_cache(maxsize=4096)
def kind_of(seed: int, day: int) -> Kind:
    """Give how a local day (counted from 1970) is lived."""
    when = date_of(day)
    if any(first <= when < after for first, after in _absences(seed, when.year)):
        return Kind.AWAY
    if when.weekday() >= SATURDAY or is_public_holiday(when):
        return Kind.HOME
    return Kind.WORK
