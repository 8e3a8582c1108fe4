"""The home's Linky: its years as half-hours, its last days as a meter plays them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from house.electricity_use import HALF_MS, half_hours
from teleinfo.virtual import Contract, MeterSpec
from teleinfo.virtual.civil import day_of, midnight_ms
from teleinfo.virtual.day import SLOTS_A_WH, Counters
from teleinfo.virtual.household import Household
from teleinfo.virtual.tariff import tariff_at

PLAYED_DAYS = 2
"""Days before today's that the meter itself plays: its frames tell of them."""
BEFORE_WH = (1_204_311, 2_467_920, 161_204, 322_871, 52_118, 118_640, 0, 0, 0, 0)
"""What each tariff had counted when the story begins: Tempo's six."""


class Half(NamedTuple):
    """A half-hour by its end, and its mean power."""

    end_ms: int
    watts: int


class Midnight(NamedTuple):
    """What the meter showed when a day began, in Wh."""

    at_ms: int
    supplier: tuple[int, ...]
    distributor: tuple[int, ...]


@dataclass(slots=True)
class Power:
    """Electricity from `first_day` to the day of `anchor_ms`, which is not over."""

    seed: int
    first_day: int
    anchor_ms: int
    halves: list[Half] = field(init=False)
    midnights: list[Midnight] = field(init=False)
    household: Household = field(init=False)

    def __post_init__(self) -> None:
        """Reckon the years, and have the meter go on where they end."""
        spec = self.spec
        today = day_of(self.anchor_ms)
        played = today - PLAYED_DAYS
        self.halves, self.midnights = [], []
        supplier = list(BEFORE_WH)
        quarter = sum(supplier) // 4
        distributor = [quarter, quarter, quarter, sum(supplier) - 3 * quarter]
        for day in range(self.first_day, played):
            start_ms = midnight_ms(day)
            self._midnight(start_ms, supplier, distributor)
            for half, wh in enumerate(half_hours(self.seed, day)):
                at_ms = start_ms + half * HALF_MS
                tariff = tariff_at(spec.contract, spec.seed, at_ms)
                supplier[tariff.supplier - 1] += wh
                distributor[tariff.distributor - 1] += wh
                self.halves.append(Half(at_ms + HALF_MS, 2 * wh))
        before = Counters(
            sum(supplier) * SLOTS_A_WH, 0, tuple(supplier), tuple(distributor)
        )
        self.household = Household(spec, self.anchor_ms, before)
        for day in range(played, today):
            counters = self.household.at(midnight_ms(day)).rules[0].counters
            self._midnight(midnight_ms(day), counters.supplier, counters.distributor)
            for end_ms in range(
                midnight_ms(day) + HALF_MS, midnight_ms(day + 1) + 1, HALF_MS
            ):
                self.halves.append(Half(end_ms, self.household.mean_watts(end_ms)))
        now = self.household.at(self.anchor_ms).rules[0].counters
        self._midnight(midnight_ms(today), now.supplier, now.distributor)

    @property
    def spec(self) -> MeterSpec:
        """Give which meter it is: a Linky in standard mode, on Tempo."""
        return MeterSpec(contract=Contract.TEMPO, seed=self.seed)

    def _midnight(
        self,
        at_ms: int,
        supplier: list[int] | tuple[int, ...],
        distributor: list[int] | tuple[int, ...],
    ) -> None:
        self.midnights.append(Midnight(at_ms, tuple(supplier), tuple(distributor)))
