"""What a household of three draws of water in a day, and a leak it once had."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from house.days import Kind, kind_of
from house.flow import Flow
from house.weather import rains, temperature_c
from teleinfo.virtual.civil import HOUR_MS, midnight_ms

SHOWER_L_H, TAP_L_H, CISTERN_L_H, HOSE_L_H = 540, 360, 480, 780
LEAK_L_H = 18
"""A cistern's seal that lets water by."""
SECOND_MS = 1_000
WARM_C = 19.0


@dataclass(slots=True)
class Drawn:
    """A day's draws while they are being chosen."""

    start_ms: int
    rng: Random
    flows: list[Flow]

    def draw(
        self, hours: tuple[float, float], seconds: tuple[int, int], l_h: int
    ) -> None:
        """Have it drawn once, at some time between these hours."""
        at_ms = self.start_ms + int(self.rng.uniform(*hours) * HOUR_MS)
        self.flows.append(Flow(at_ms, self.rng.randint(*seconds) * SECOND_MS, l_h))


def draws(seed: int, day: int, *, leaks: bool = False) -> list[Flow]:
    """Give what is drawn on a local day, in order; `leaks`: the cistern lets by."""
    start_ms, kind = midnight_ms(day), kind_of(seed, day)
    rng = Random(f"water {seed} {day}")  # noqa: S311 - a simulation
    made = Drawn(start_ms, rng, [])
    if leaks:
        made.flows.append(Flow(start_ms, midnight_ms(day + 1) - start_ms, LEAK_L_H))
    if kind is Kind.AWAY:
        return made.flows
    _people(made, kind)
    _machines(made, kind)
    if temperature_c(seed, day) > WARM_C and not rains(seed, day):
        made.draw((20.0, 21.0), (500, 900), HOSE_L_H)
    return sorted(made.flows)


def _people(made: Drawn, kind: Kind) -> None:
    for hours, flushes in _flushes(kind):
        for _ in range(flushes + made.rng.randrange(2)):
            made.draw(hours, (40, 60), CISTERN_L_H)
    for hours in showers(made.rng, kind):
        made.draw(hours, (210, 420), SHOWER_L_H)
    for hours in ((6.6, 8.2), (12.0, 13.5), (18.8, 21.5)):
        for _ in range(2 + made.rng.randrange(3)):
            made.draw(hours, (10, 50), TAP_L_H)


def _machines(made: Drawn, kind: Kind) -> None:
    if made.rng.random() < (0.6 if kind is Kind.HOME else 0.25):  # the washing
        for hour in (9.5, 9.9, 10.2):
            made.draw((hour, hour + 0.1), (105, 115), CISTERN_L_H)
    if made.rng.random() < 0.7:  # the dishes
        made.draw((21.0, 21.8), (85, 95), CISTERN_L_H)


def showers(rng: Random, kind: Kind) -> list[tuple[float, float]]:
    """Give when someone showers, in hours; three people, not each on each day."""
    if kind is Kind.HOME:
        hours = [(8.3, 9.5), (9.5, 10.5), (18.5, 20.0)]
    else:
        hours = [(6.4, 6.8), (6.9, 7.3), (20.5, 21.8)]
    return [each for each in hours if rng.random() < 0.85]


def _flushes(kind: Kind) -> tuple[tuple[tuple[float, float], int], ...]:
    day = 7 if kind is Kind.HOME else 1
    return (((6.3, 8.0), 3), ((9.0, 17.0), day), ((17.5, 22.8), 5))
