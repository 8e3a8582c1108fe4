"""A home over its days, and what its meter measures at any instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from teleinfo.virtual.civil import MINUTE_MS, date_of, day_of, midnight_ms
from teleinfo.virtual.day import (
    SLOT_MS,
    SLOTS_A_WH,
    Counters,
    Day,
    Peak,
    apparent,
    build,
)
from teleinfo.virtual.load import SLOT_S, drawn, sunshine
from teleinfo.virtual.spec import MeterSpec
from teleinfo.virtual.tariff import Tariff, tariff_at

CURVE_MS = 30 * MINUTE_MS
MEAN_MS = 10 * MINUTE_MS
KEPT_DAYS = 4
SLOTS_A_MINUTE = 60 // SLOT_S
NOMINAL_V = 231
_MASK = (1 << 64) - 1


class Moment(NamedTuple):
    """What the meter measures at one second: signed VA, volts, amperes by phase."""

    total_va: int
    phases_va: tuple[int, ...]
    volts: tuple[int, ...]
    amperes: tuple[int, ...]


def _scatter(second: int, key: int) -> int:
    """Give a number that looks like chance, the same for the same second.

    A mixer of 64 bits (multiply, fold): a plain multiple would repeat within seconds,
    and flatter whatever is measured on this home's bytes.
    """
    mixed = (second * 0x9E37_79B9_7F4A_7C15 + key * 0xD1B5_4A32_D192_ED03) & _MASK
    mixed = ((mixed ^ mixed >> 31) * 0xBF58_476D_1CE4_E5B9) & _MASK
    return mixed ^ mixed >> 29


@dataclass(slots=True)
class Household:
    """The days of one spec, made as they are asked for, each from the one before."""

    spec: MeterSpec
    start_ms: int
    before: Counters | None = None
    """What had been counted when the day before yesterday began; None: by chance."""
    _days: dict[int, Day] = field(default_factory=dict, init=False)
    _counters: Counters = field(init=False)
    _first: int = field(init=False)

    def __post_init__(self) -> None:
        self._first = day_of(self.start_ms) - 2  # a frame tells of the day before it
        if self.before is not None:
            self._counters = self.before
            return
        rng = Random(f"before {self.spec.seed}")  # noqa: S311 - a simulation
        used = tuple(rng.randrange(900_000, 9_000_000) for _ in range(10))
        supplier = tuple(wh if n < self._indexes else 0 for n, wh in enumerate(used))
        total = sum(supplier)
        part = total // 4
        distributor = (part, part, part, total - 3 * part)
        injected = 3_000_000 * SLOTS_A_WH if self.spec.producer else 0
        self._counters = Counters(total * SLOTS_A_WH, injected, supplier, distributor)

    @property
    def _indexes(self) -> int:
        return {"base": 1, "hphc": 2, "ejp": 2, "tempo": 6}[self.spec.contract]

    def day(self, number: int) -> Day:
        """Give a local day (counted from 1970), from two before `start_ms` on."""
        if number < self._first:
            raise ValueError("the virtual meter was not fitted yet at that instant")
        last = max(self._days, default=self._first - 1)
        if number < last - KEPT_DAYS + 1 and number not in self._days:
            self._days.clear()
            last = self._first - 1
        for missing in range(last + 1, number + 1):
            before = self._days.get(missing - 1)
            counters = before.counters(before.end_ms) if before else self._counters
            self._days[missing] = self._make(missing, counters)
            self._days.pop(missing - KEPT_DAYS, None)
        return self._days[number]

    def at(self, at_ms: int) -> Day:
        """Give the day of an instant."""
        return self.day(day_of(at_ms))

    def moment(self, at_ms: int) -> Moment:
        """Give what is measured during the second of an instant."""
        day, second = self.at(at_ms), at_ms // 1000
        slot = day.slot(at_ms)
        volts, powers, amperes = [], [], []
        for phase, line in enumerate(day.net):
            key = self.spec.seed * 4 + phase
            volt = NOMINAL_V + _scatter(second // 6, key) % 5 - 2
            power = apparent(line[slot])
            spread = 8 + abs(power) // 256
            jitter = _scatter(second, key) % (2 * spread + 1) - spread
            power += jitter if abs(power) > 40 else 0
            volts.append(volt)
            powers.append(power)
            amperes.append((abs(power) + volt // 2) // volt)
        return Moment(sum(powers), tuple(powers), tuple(volts), tuple(amperes))

    def mean_watts(self, end_ms: int, *, injected: bool = False) -> int:
        """Give the mean power over the half-hour that ends at an instant."""
        amounts = []
        for at_ms in (end_ms - CURVE_MS, end_ms):
            day = self.at(at_ms)
            sums = day.injected if injected else day.drawn
            amounts.append(day.energy(sums, at_ms))
        return (amounts[1] - amounts[0]) * SLOT_MS // CURVE_MS

    def peak_before(self, line: int, at_ms: int) -> tuple[int, int]:
        """Give (instant, VA) of the maximum of the day before an instant's."""
        day = self.day(day_of(at_ms) - 1)
        peak: Peak = day.peaks[line][-1]
        return day.start_ms + peak.slot * SLOT_MS, peak.va

    def _make(self, number: int, before: Counters) -> Day:
        start_ms, end_ms = midnight_ms(number), midnight_ms(number + 1)
        slots = (end_ms - start_ms) // SLOT_MS
        rng = Random(f"{self.spec.seed} {number}")  # noqa: S311 - a simulation
        tariffs = self._tariffs(start_ms, slots)
        heater = next(
            (s for s, t in tariffs if t.off_peak and s > slots // 2), 22 * 360
        )
        net = drawn(rng, slots, self.spec.phases, heater)
        highest_w = self.spec.limit_a * 190
        net = [[min(w, highest_w) for w in line] for line in net]
        if self.spec.has_panels:
            day_of_year = date_of(number).timetuple().tm_yday
            sun = sunshine(rng, slots, day_of_year)
            net[0] = [w - s for w, s in zip(net[0], sun, strict=True)]
        for spell in self.spec.overloads:
            first = max(0, (spell.start_ms - start_ms) // SLOT_MS)
            last = min(slots, -((start_ms - spell.end_ms) // SLOT_MS))
            for slot in range(first, last):
                net[0][slot] = self.spec.limit_a * 260
        return build(start_ms, net, tariffs, before, self.spec.limit_a * 230)

    def _tariffs(self, start_ms: int, slots: int) -> list[tuple[int, Tariff]]:
        changes: list[tuple[int, Tariff]] = []
        for slot in range(0, slots, 30 * SLOTS_A_MINUTE):
            at_ms = start_ms + slot * SLOT_MS
            tariff = tariff_at(self.spec.contract, self.spec.seed, at_ms)
            if not changes or tariff != changes[-1][1]:
                changes.append((slot, tariff))
        return changes
