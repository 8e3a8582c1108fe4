"""The virtual home: three meters whose years and whose present are one story."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial

from house.counted import Counted
from house.flow import Flow
from house.gas_use import burns
from house.power import Power
from house.water_use import draws
from teleinfo.virtual.civil import date_of, day_of

MONTHS = 25
GAS_L, WATER_L = 10_381_460, 558_207
"""What the dials showed when the story begins."""
LEAK_AFTER_DAYS, LEAK_DAYS = 428, 6
"""The cistern let water by for some days, a year ago."""
EPOCH = date(1970, 1, 1)


def months_before(when: date, months: int) -> date:
    """Give the same day of an earlier month, or that month's last."""
    month = when.year * 12 + when.month - 1 - months
    day = when.day
    while True:
        try:
            return date(month // 12, month % 12 + 1, day)
        except ValueError:
            day -= 1


@dataclass(slots=True)
class VirtualHome:
    """One home out of a seed, as it stands at `anchor_ms`, when its story goes live."""

    anchor_ms: int
    seed: int = 7
    first_day: int = field(init=False)
    gas: Counted = field(init=False)
    water: Counted = field(init=False)
    power: Power = field(init=False)

    def __post_init__(self) -> None:
        """Reckon what each meter has counted."""
        today = date_of(day_of(self.anchor_ms))
        self.first_day = (months_before(today, MONTHS) - EPOCH).days
        gas = lru_cache(maxsize=8)(partial(burns, self.seed))
        self.gas = Counted(self.first_day, GAS_L, gas)
        self.water = Counted(self.first_day, WATER_L, self.draws)
        self.power = Power(self.seed, self.first_day, self.anchor_ms)

    @property
    def leak_days(self) -> range:
        """Give the days on which the cistern let water by."""
        first = self.first_day + LEAK_AFTER_DAYS
        return range(first, first + LEAK_DAYS)

    def draws(self, day: int) -> list[Flow]:
        """Give what is drawn of water on a day of the story."""
        return draws(self.seed, day, leaks=day in self.leak_days)
