"""What a boiler and a hob burn in a day: heating by the weather, showers, cooking."""

from __future__ import annotations

from random import Random

from house.days import Kind, kind_of
from house.flow import MS_AN_HOUR, Flow
from house.water_use import showers
from house.weather import temperature_c
from teleinfo.virtual.civil import HOUR_MS, MINUTE_MS, date_of, midnight_ms

SEASON = ((10, 12), (4, 28))
"""The boiler heats rooms from 12 October to 28 April."""
COMFORT_C, FROST_C = 17.2, 10.0
"""Outside temperatures above which a home that is lived in, or left, needs none."""
L_A_DEGREE = 395
"""Litres a day for each degree that is lacking: 4.4 kWh, a house of 100 m²."""
BOILER_L_H, SHOWER_L_H, HOB_L_H = 1_450, 2_300, 260
CYCLE_MS = 9 * MINUTE_MS
HOURS = {
    Kind.WORK: ((5.5, 8.5), (16.5, 22.5)),
    Kind.HOME: ((6.5, 22.5),),
    Kind.AWAY: ((0.0, 23.5),),
}
KWH_M3 = 11.21


def heats(seed: int, day: int) -> float:
    """Give the degrees that a day lacks, 0 out of the season."""
    when = date_of(day)
    if SEASON[1] < (when.month, when.day) < SEASON[0]:
        return 0.0
    wanted = FROST_C if kind_of(seed, day) is Kind.AWAY else COMFORT_C
    return max(0.0, wanted - temperature_c(seed, day))


def burns(seed: int, day: int) -> list[Flow]:
    """Give what is burnt on a local day, in order."""
    start_ms, kind = midnight_ms(day), kind_of(seed, day)
    rng = Random(f"gas {seed} {day}")  # noqa: S311 - a simulation
    found = _heating(rng, start_ms, kind, heats(seed, day))
    if kind is Kind.AWAY:
        return found
    for hours in showers(rng, kind):
        at_ms = start_ms + int(rng.uniform(*hours) * HOUR_MS)
        found.append(Flow(at_ms, rng.randrange(200, 380) * 1000, SHOWER_L_H))
    for hours in ((12.0, 12.6), (19.0, 19.8)):
        at_ms = start_ms + int(rng.uniform(*hours) * HOUR_MS)
        found.append(Flow(at_ms, rng.randrange(12, 35) * MINUTE_MS, HOB_L_H))
    return sorted(found)


def conversion_kwh_m3(seed: int, day: int) -> float:
    """Give the month's coefficient: what a cubic metre brings, as GRDF rounds it."""
    when = date_of(day)
    rng = Random(f"coefficient {seed} {when.year} {when.month}")  # noqa: S311 - same
    return round(KWH_M3 + rng.uniform(-0.12, 0.12), 2)


def _heating(rng: Random, start_ms: int, kind: Kind, degrees: float) -> list[Flow]:
    """Spread what the day needs over cycles of the burner, in the hours it may run."""
    each = BOILER_L_H * CYCLE_MS // MS_AN_HOUR
    cycles = round(degrees * L_A_DEGREE * rng.uniform(0.93, 1.07) / each)
    hours = HOURS[kind]
    length = sum(last - first for first, last in hours)
    pace_ms = int(length * HOUR_MS) // max(cycles, 1)
    burnt_ms = min(CYCLE_MS, pace_ms)  # in a hard frost it hardly pauses
    found, spells = [], iter(hours)
    first, last = next(spells)
    at_ms, end_ms = int(first * HOUR_MS), int(last * HOUR_MS)
    for _ in range(cycles):
        if at_ms >= end_ms:
            first, last = next(spells, (first, last))
            at_ms, end_ms = int(first * HOUR_MS), int(last * HOUR_MS)
        found.append(Flow(start_ms + at_ms, burnt_ms, BOILER_L_H))
        at_ms += pace_ms
    return found
