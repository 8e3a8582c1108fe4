"""One day of a home, ready to be asked at any instant: powers, indexes, maxima."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from teleinfo.virtual.load import SLOT_S
from teleinfo.virtual.tariff import Tariff

SLOT_MS = SLOT_S * 1000
SLOTS_A_WH = 3600 // SLOT_S
"""A watt during that many slots is a watt-hour: energies are counted in W x slot."""
AFTER_OVERLOAD_MS = 60_000


class Counters(NamedTuple):
    """What a meter has counted: W x slot in each direction, Wh by tariff index."""

    drawn: int
    injected: int
    supplier: tuple[int, ...]
    distributor: tuple[int, ...]


class Rule(NamedTuple):
    """A tariff in force from a slot on, and what had been counted there."""

    slot: int
    tariff: Tariff
    counters: Counters


class Peak(NamedTuple):
    """A maximum of the day so far, reached in a slot."""

    slot: int
    va: int


@dataclass(slots=True)
class Day:
    """One local day: net watts of each phase by slot, negative where panels win.

    `rules` has the tariffs in force, first at slot 0. Everything else is derived.
    """

    start_ms: int
    net: list[list[int]]
    rules: list[Rule]
    total: list[int]
    drawn: list[int]
    injected: list[int]
    peaks: list[list[Peak]]
    overloads: list[tuple[int, int]]

    @property
    def slots(self) -> int:
        """Count the slots: 8,640, or an hour less or more."""
        return len(self.total)

    @property
    def end_ms(self) -> int:
        """Give the next midnight."""
        return self.start_ms + self.slots * SLOT_MS

    def slot(self, at_ms: int) -> int:
        """Give the slot of an instant of this day."""
        return (at_ms - self.start_ms) // SLOT_MS

    def energy(self, sums: list[int], at_ms: int) -> int:
        """Give a running sum (`drawn` or `injected`) at an instant, in W x slot."""
        slot, rest_ms = divmod(at_ms - self.start_ms, SLOT_MS)
        if slot >= self.slots:
            return sums[-1]
        return sums[slot] + (sums[slot + 1] - sums[slot]) * rest_ms // SLOT_MS

    def rule(self, at_ms: int) -> Rule:
        """Give the tariff in force at an instant."""
        slot = self.slot(at_ms)
        return self.rules[bisect_right(self.rules, slot, key=lambda r: r.slot) - 1]

    def counters(self, at_ms: int) -> Counters:
        """Give what has been counted up to an instant."""
        rule = self.rule(at_ms)
        return count(
            rule,
            self.energy(self.drawn, at_ms),
            self.energy(self.injected, at_ms),
        )

    def peak(self, line: int, at_ms: int) -> Peak:
        """Give the maximum so far: of the whole (0), a phase (1 to 3), injected (4)."""
        peaks = self.peaks[line]
        slot = self.slot(at_ms)
        return peaks[bisect_right(peaks, slot, key=lambda p: p.slot) - 1]

    def overload(self, at_ms: int) -> tuple[int, int] | None:
        """Give the [start, end) of the overload, and minute after, at an instant."""
        for spell in self.overloads:
            if spell[0] <= at_ms < spell[1]:
                return spell
        return None


def count(rule: Rule, drawn: int, injected: int) -> Counters:
    """Add to the tariff in force each whole Wh that ticked since it came in force."""
    ticked = drawn // SLOTS_A_WH - rule.counters.drawn // SLOTS_A_WH
    supplier, distributor = (
        list(rule.counters.supplier),
        list(rule.counters.distributor),
    )
    supplier[rule.tariff.supplier - 1] += ticked
    distributor[rule.tariff.distributor - 1] += ticked
    return Counters(drawn, injected, tuple(supplier), tuple(distributor))


def apparent(watts: int) -> int:
    """Give the apparent power of watts at a home's usual power factor, in VA."""
    return watts + (watts >> 5)


def build(
    start_ms: int,
    net: list[list[int]],
    tariffs: list[tuple[int, Tariff]],
    before: Counters,
    limit_va: int,
) -> Day:
    """Make a day; `tariffs` are (slot, tariff) at each change, the first at slot 0."""
    total = [sum(line) for line in zip(*net, strict=True)]
    drawn = list(accumulate((max(w, 0) for w in total), initial=before.drawn))
    injected = list(accumulate((max(-w, 0) for w in total), initial=before.injected))
    rules = [Rule(0, tariffs[0][1], before)]
    for slot, tariff in tariffs[1:]:
        counters = count(rules[-1], drawn[slot], injected[slot])
        rules.append(Rule(slot, tariff, counters))
    lines = [total, *net] + [[]] * (3 - len(net)) + [[-w for w in total]]
    return Day(
        start_ms=start_ms,
        net=net,
        rules=rules,
        total=total,
        drawn=drawn,
        injected=injected,
        peaks=[_peaks(line) for line in lines],
        overloads=_overloads(start_ms, net, limit_va),
    )


def _peaks(watts: list[int]) -> list[Peak]:
    peaks = [Peak(0, 0)]
    highest = -1
    for slot, now in enumerate(watts):
        if now > highest:
            highest = now
            peaks.append(Peak(slot, apparent(max(now, 0))))
    return peaks


def _overloads(
    start_ms: int, net: list[list[int]], limit_va: int
) -> list[tuple[int, int]]:
    over = [any(abs(w) > limit_va for w in slot) for slot in zip(*net, strict=True)]
    edges = [False, *over, False]
    changes = [slot for slot, (was, now) in enumerate(pairwise(edges)) if was != now]
    return [
        (start_ms + a * SLOT_MS, start_ms + b * SLOT_MS + AFTER_OVERLOAD_MS)
        for a, b in zip(changes[::2], changes[1::2], strict=True)
    ]
