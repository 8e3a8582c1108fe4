"""The weather of a home near Lyon, day by day: mean temperature and rain."""

from __future__ import annotations

import math
from functools import lru_cache
from random import Random

from teleinfo.virtual.civil import date_of
from teleinfo.virtual.tariff import Colour, colour

MEAN_C, SWING_C = 12.8, 9.3
"""The year's mean and half its swing (Lyon-Bron, 1991-2020)."""
COLDEST_DAY = 15
SPELL_DAYS = 6
SCATTER_C = 1.9
COLDER_C = {Colour.RED: 4.5, Colour.WHITE: 1.5}
"""Tempo's dear days are those on which France heats most."""
WINTER = (11, 12, 1, 2, 3)
WET = 0.29


@lru_cache(maxsize=4096)
def temperature_c(seed: int, day: int) -> float:
    """Give a local day's mean temperature; days in a row resemble each other."""
    date = date_of(day)
    phase = (date.timetuple().tm_yday - COLDEST_DAY) / 365.25 * 2 * math.pi
    scatter = sum(_chance(seed, day - n) * 0.75**n for n in range(SPELL_DAYS))
    shift = COLDER_C.get(colour(seed, day), 0.0) if date.month in WINTER else 0.0
    return MEAN_C - SWING_C * math.cos(phase) + SCATTER_C * scatter - shift


@lru_cache(maxsize=4096)
def rains(seed: int, day: int) -> bool:
    """Tell whether it rained that day."""
    return Random(f"rain {seed} {day}").random() < WET  # noqa: S311 - a simulation


@lru_cache(maxsize=4096)
def _chance(seed: int, day: int) -> float:
    return Random(f"weather {seed} {day}").gauss(0, 1)  # noqa: S311 - a simulation
