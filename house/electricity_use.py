"""What the home draws of electricity, in Wh of half-hours: the years before.

Coarser than `teleinfo.virtual`, which plays the last days in slots of ten seconds; the
same habits: water heated when off-peak hours begin, meals, screens, a fridge.
"""

from __future__ import annotations

import math
from random import Random

from house.days import Kind, kind_of
from house.gas_use import heats
from teleinfo.virtual.civil import HOUR_MS, date_of, midnight_ms

HALF_MS = HOUR_MS // 2
BASE_WH = 62
"""A fridge, a box, what stands by."""
WATER_WH = (850, 850, 850, 120)
"""The water heater, from 22:00 on."""
BOILER_WH = 3.4
"""The boiler's pump, for each degree that a day lacks, in each half-hour."""
PEOPLE_WH = {
    Kind.WORK: {6: 60, 7: 150, 12: 40, 17: 90, 18: 190, 19: 520, 20: 210, 21: 170},
    Kind.HOME: {8: 140, 9: 130, 10: 110, 11: 170, 12: 460, 13: 150, 14: 110, 15: 100}
    | {16: 120, 17: 130, 18: 210, 19: 480, 20: 210, 21: 180, 22: 90},
    Kind.AWAY: {},
}
"""What people do at home, in Wh of each half-hour of an hour."""
LAMPS_WH = 70
WASHING_WH = (420, 130, 80)


def half_hours(seed: int, day: int) -> list[int]:
    """Give the Wh of each half-hour of a local day: 48, or two less, or two more."""
    start_ms, kind = midnight_ms(day), kind_of(seed, day)
    count = (midnight_ms(day + 1) - start_ms) // HALF_MS
    rng = Random(f"power {seed} {day}")  # noqa: S311 - a simulation
    pump = BOILER_WH * heats(seed, day)
    people, night = PEOPLE_WH[kind], _night(day)
    wh = []
    for half in range(count):
        hour = half * 24 // count
        lit = LAMPS_WH if kind is not Kind.AWAY and 17 <= hour < 23 else 0
        used = BASE_WH + pump + people.get(hour, 0) * rng.uniform(0.4, 1.7)
        wh.append(int(used * rng.uniform(0.85, 1.15) + lit * night))
    if kind is Kind.AWAY:
        return wh
    for half, heated in enumerate(WATER_WH, count - 4):
        wh[half] += int(heated * rng.uniform(0.82, 1.05))
    if rng.random() < (0.6 if kind is Kind.HOME else 0.25):
        for half, washed in enumerate(WASHING_WH, rng.randrange(19, 28)):
            wh[half] += washed
    return wh


def _night(day: int) -> float:
    """Give how dark evenings are: 1 at Christmas, 0.2 in June."""
    day_of_year = date_of(day).timetuple().tm_yday
    return 0.6 + 0.4 * math.cos((day_of_year + 10) / 365.25 * 2 * math.pi)
