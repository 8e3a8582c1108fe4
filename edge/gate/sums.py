"""The meter's own arithmetic: its total is the sum of its tariff indexes, in a frame.

Three counts of the same energy are sent in each standard frame (EAST, ΣEASD, ΣEASF;
Enedis-NOI-CPT_54E, 6.2.2), so that a false digit in one of them shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import Enum, auto
from operator import itemgetter
from typing import cast

from edge.sample import Value

TOTAL = "import_total_wh"
DISTRIBUTOR = tuple(f"import_distributor{n:02}_wh" for n in range(1, 5))
SUPPLIER = tuple(f"import_tariff{n:02}_wh" for n in range(1, 11))

LEARN_FRAMES = 1_000
"""A contradiction this long is the meter's own way to count, not noise: a quarter of
an hour and more of it, with the total rising meanwhile."""

LEARN_RISES = 3


class Witness(Enum):
    """What a sum says of the frame."""

    EXACT = auto()
    """Every part is in this frame, and the sum holds to the unit."""
    UNSURE = auto()
    """A part was refused here, or the meter rounds each count apart."""
    CONTRADICTS = auto()
    """Every part is in this frame, and the sum doesn't hold."""


class Sum:
    """One sum of the meter, and the difference that it is known to keep."""

    def __init__(self, total: str, parts: tuple[str, ...]) -> None:
        self.parts = parts
        self._terms = (total, *parts)
        self._of = itemgetter(*self._terms)
        self.members = frozenset((total, *parts))
        self._kept: tuple[int, int] | None = (0, 0)  # None: it is no sum at all
        self._run: tuple[int, int] | None = None
        self._run_frames = 0
        self._run_rises = 0
        self._run_total = 0

    def restore(self, values: Mapping[str, Value]) -> None:
        """Learn the difference from values that were accepted before a restart."""
        known = [values.get(name) for name in self._terms]
        numbers = [value for value in known if isinstance(value, int)]
        if len(numbers) == len(known):
            self._keep(numbers[0] - sum(numbers[1:]))

    @property
    def kept(self) -> bool:
        """Tell whether the meter keeps this sum at all."""
        return self._kept is not None

    def holds(self, reading: Mapping[str, Value]) -> bool:
        """Tell, quickly, that every part is in this frame and the sum is exact."""
        if self._kept is None or self._kept[0] != self._kept[1]:
            return False
        try:
            total, *parts = self._of(reading)
            exact: bool = total - sum(parts) == self._kept[0]
        except (KeyError, TypeError):  # a part is missing, or refused: None
            return False
        if exact:
            self._run = None
        return exact

    def say(self, reading: Mapping[str, Value], doubted: AbstractSet[str]) -> Witness:
        """Weigh one frame; `doubted` are the registers refused in it already."""
        numbers = [reading.get(name) for name in self._terms]
        unheard = None in numbers or not self.members.isdisjoint(doubted)
        if self._kept is None or unheard:
            return Witness.UNSURE
        total, *parts = cast("list[int]", numbers)
        difference = total - sum(parts)
        low, high = self._kept
        if low <= difference <= high:
            self._run = None
            return Witness.EXACT if low == high else Witness.UNSURE
        return self._denied(difference, total)

    def _denied(self, difference: int, total: int) -> Witness:
        low, high = self._run or (difference, difference)
        if self._run is None:
            self._run_frames, self._run_rises, self._run_total = 0, 0, total
        self._run = (min(low, difference), max(high, difference))
        self._run_frames += 1
        if total > self._run_total:
            self._run_total = total
            self._run_rises += 1
        if self._run_frames >= LEARN_FRAMES and self._run_rises >= LEARN_RISES:
            self._keep(*self._run)
        return Witness.CONTRADICTS

    def _keep(self, low: int, high: int | None = None) -> None:
        """Keep a rounding's difference; more than a unit a part is no rounding."""
        high = low if high is None else high
        most = len(self.parts)
        rounding = -most <= low and high <= most
        self._kept = (low, high) if rounding else None
        self._run = None


def sums_of(names: frozenset[str], derived: frozenset[str]) -> tuple[Sum, ...]:
    """Give the sums that a meter with these registers can be held to.

    A total that was computed out of the parts proves nothing of them.
    """
    if TOTAL in derived:
        return ()
    return tuple(
        Sum(TOTAL, parts)
        for parts in (DISTRIBUTOR, SUPPLIER)
        if names >= {TOTAL, *parts}
    )
