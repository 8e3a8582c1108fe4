"""Which supplier and distributor index counts when, by contract; Tempo and EJP days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from random import Random

from teleinfo.virtual.civil import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    date_of,
    day_of,
    midnight_ms,
    second_of_day,
)
from teleinfo.virtual.spec import Contract

HOUR_S = 3600
OFF_PEAK_S = (int(6.5 * HOUR_S), int(22.5 * HOUR_S))
"""Off-peak before the first and after the second, by the wall clock."""
TEMPO_HOURS_S = (6 * HOUR_S, 22 * HOUR_S)
COLOUR_KNOWN_S = 11 * HOUR_S
SEASON_MONTH, WINTER = 9, (11, 12, 1, 2, 3)
RED_DAYS, WHITE_DAYS = 22, 43
"""Of the year that begins on 1 September; red ones from November to March only."""
LATER = 0.7
"""How much later a day out of the winter has its turn."""
TEMPO_DAY_MS = 6 * HOUR_MS
EJP_START_MS, EJP_END_MS = 7 * HOUR_MS, 25 * HOUR_MS
EJP_NOTICE_MS = 30 * MINUTE_MS


class Colour(IntEnum):
    """A Tempo day's colour, as STGE numbers it."""

    NONE = 0
    BLUE = 1
    WHITE = 2
    RED = 3


@dataclass(frozen=True, slots=True)
class Tariff:
    """What rules at one instant.

    `supplier` is 1 to 10, `distributor` 1 to 4; `notice` and `peak` name the mobile
    peak (1 to 3) announced and running, 0 none; `peak_day` is the local day it is of.
    """

    supplier: int
    distributor: int
    off_peak: bool
    today: Colour = Colour.NONE
    tomorrow: Colour = Colour.NONE
    notice: int = 0
    peak: int = 0
    peak_start_ms: int = 0
    peak_end_ms: int = 0


def colour(seed: int, day: int) -> Colour:
    """Give a day's Tempo colour: red on winter weekdays, no Sunday but blue."""
    when = date_of(day)
    season = _season(seed, when.year if when.month >= SEASON_MONTH else when.year - 1)
    return season.get(day, Colour.BLUE)


@lru_cache(maxsize=64)
def _season(seed: int, year: int) -> Mapping[int, Colour]:
    """Give the dear days of the year that begins on 1 September."""
    first, after = (_day(date(y, SEASON_MONTH, 1)) for y in (year, year + 1))
    drawn: list[tuple[float, int, date]] = []
    for day in range(first, after):
        when = date_of(day)
        chance = Random(f"tempo {seed} {day}").random()  # noqa: S311 - a simulation
        drawn.append((chance + (0 if when.month in WINTER else LATER), day, when))
    drawn.sort()
    cold = [one for one in drawn if one[2].month in WINTER]
    red = [day for _, day, when in cold if when.weekday() < 5][:RED_DAYS]
    white = [day for _, day, when in drawn if when.weekday() < 6 and day not in red][
        :WHITE_DAYS
    ]
    return dict.fromkeys(white, Colour.WHITE) | dict.fromkeys(red, Colour.RED)


def _day(when: date) -> int:
    return (when - date(1970, 1, 1)).days


@lru_cache(maxsize=4096)
def is_ejp(seed: int, day: int) -> bool:
    """Tell whether a day is one of the EJP's 22, from November to March."""
    winter = date_of(day).month in (11, 12, 1, 2, 3)
    return winter and Random(f"ejp {seed} {day}").random() < 0.15  # noqa: S311 - same


def _off_peak(second: int, hours_s: tuple[int, int]) -> bool:
    return not hours_s[0] <= second < hours_s[1]


def _distributor(at_ms: int, second: int) -> int:
    summer = 4 <= date_of(day_of(at_ms)).month <= 10
    return (3 if summer else 1) + (not _off_peak(second, OFF_PEAK_S))


def tariff_at(contract: Contract, seed: int, at_ms: int) -> Tariff:
    """Give what rules at an instant; it changes on whole minutes only."""
    second = second_of_day(at_ms)
    distributor = _distributor(at_ms, second)
    if contract is Contract.TEMPO:
        return _tempo(seed, at_ms, second, distributor)
    if contract is Contract.EJP:
        return _ejp(seed, at_ms, distributor)
    off_peak = _off_peak(second, OFF_PEAK_S)
    if contract is Contract.HPHC:
        return Tariff(1 if off_peak else 2, distributor, off_peak)
    return Tariff(1, distributor, off_peak=False)


def _tempo(seed: int, at_ms: int, second: int, distributor: int) -> Tariff:
    day = day_of(at_ms - TEMPO_DAY_MS)
    today, next_colour = colour(seed, day), colour(seed, day + 1)
    known = second >= COLOUR_KNOWN_S or second < TEMPO_HOURS_S[0]
    tomorrow = next_colour if known else Colour.NONE
    off_peak = _off_peak(second, TEMPO_HOURS_S)
    running = today - 1 if today > Colour.BLUE else 0  # white is PM1, red PM2
    notice = tomorrow - 1 if tomorrow > Colour.BLUE else 0
    first = day if running else day + 1
    return Tariff(
        supplier=2 * today - off_peak,
        distributor=distributor,
        off_peak=off_peak,
        today=today,
        tomorrow=tomorrow,
        notice=notice,
        peak=running,
        peak_start_ms=midnight_ms(first) + TEMPO_DAY_MS,
        peak_end_ms=midnight_ms(first + 1) + TEMPO_DAY_MS,
    )


def _ejp(seed: int, at_ms: int, distributor: int) -> Tariff:
    day = day_of(at_ms)
    for peak_day in (day - 1, day):
        start_ms = midnight_ms(peak_day) + EJP_START_MS
        end_ms = midnight_ms(peak_day) + EJP_END_MS
        if is_ejp(seed, peak_day) and start_ms - EJP_NOTICE_MS <= at_ms < end_ms:
            running = at_ms >= start_ms
            return Tariff(
                supplier=2 if running else 1,
                distributor=distributor,
                off_peak=False,
                notice=0 if running else 1,
                peak=1 if running else 0,
                peak_start_ms=start_ms,
                peak_end_ms=end_ms,
            )
    return Tariff(1, distributor, off_peak=False)


__all__ = ["DAY_MS", "Colour", "Tariff", "colour", "is_ejp", "tariff_at"]
