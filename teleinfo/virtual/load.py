"""What a home draws and its panels give over a day: watts in slots of ten seconds."""

from __future__ import annotations

import math
from random import Random
from typing import NamedTuple

SLOT_S = 10
SLOTS_AN_HOUR = 3600 // SLOT_S
MINUTE = 60 // SLOT_S
PEAK_SUN_W = 3400


class Use(NamedTuple):
    """One thing switched on: from which slot, how many, on which phase, how strong."""

    start: int
    length: int
    phase: int
    watts: int


def _hour(rng: Random, first: float, last: float) -> int:
    return int(rng.uniform(first, last) * SLOTS_AN_HOUR)


def _fridge(rng: Random, slots: int) -> list[Use]:
    uses, at = [], rng.randrange(40 * MINUTE)
    while at < slots:
        length = rng.randrange(12, 20) * MINUTE
        uses.append(Use(at, length, 0, rng.randrange(95, 125)))
        at += length + rng.randrange(25, 45) * MINUTE
    return uses


def _day_uses(rng: Random, phases: int) -> list[Use]:
    """Choose what people do: breakfast, cooking, evening, now and then the washing."""
    last = phases - 1
    uses = [
        Use(_hour(rng, 6.3, 7.8), 3 * MINUTE, last, 2000),  # kettle
        Use(_hour(rng, 6.2, 7.0), 80 * MINUTE, 0, 140),  # lights
        Use(_hour(rng, 12.0, 12.8), 25 * MINUTE, last // 2, 1800),  # hob
        Use(_hour(rng, 16.5, 17.0), 3 * MINUTE, last, 2000),  # kettle
        Use(_hour(rng, 17.8, 18.6), 260 * MINUTE, 0, 230),  # lights and screens
    ]
    start, length = _hour(rng, 18.6, 19.5), rng.randrange(30, 60)
    for minute in range(0, length, 4):  # the oven's thermostat
        on = (4 if minute < 8 else 2) * MINUTE
        uses.append(Use(start + minute * MINUTE, on, last // 2, 2200))
    if rng.random() < 0.4:
        start = _hour(rng, 9.0, 15.0)
        uses += [
            Use(start, 18 * MINUTE, last, 1950),
            Use(start + 18 * MINUTE, 60 * MINUTE, last, 180),
        ]
    return uses


def drawn(rng: Random, slots: int, phases: int, heater_slot: int) -> list[list[int]]:
    """Give each phase's watts; the water heater starts when off-peak hours do."""
    home = [[rng.randrange(70, 130)] * slots for _ in range(phases)]
    uses = _fridge(rng, slots) + _day_uses(rng, phases)
    uses.append(Use(heater_slot, rng.randrange(70, 110) * MINUTE, phases - 1, 1800))
    for start, length, phase, strength in uses:
        line = home[phase]
        for slot in range(max(0, start), min(start + length, slots)):
            line[slot] += strength
    return home


def sunshine(rng: Random, slots: int, day_of_year: int) -> list[int]:
    """Give the panels' watts: a bell, higher and wider in summer, cut by clouds."""
    season = math.cos((day_of_year - 172) / 365.25 * 2 * math.pi)  # 1 on 21 June
    half_day = (6.1 + 1.9 * season) * SLOTS_AN_HOUR
    noon = 13.0 * SLOTS_AN_HOUR
    peak = PEAK_SUN_W * (0.62 + 0.3 * season)
    cover = rng.uniform(0.15, 1.0)
    watts, cloud = [0] * slots, cover
    for slot in range(slots):
        if slot % (2 * MINUTE) == 0:
            cloud += (rng.uniform(cover - 0.2, cover + 0.2) - cloud) * 0.5
        height = math.cos((slot - noon) / half_day * math.pi / 2)
        if abs(slot - noon) < half_day:
            watts[slot] = int(peak * height * min(1.0, max(0.05, cloud)))
    return watts
