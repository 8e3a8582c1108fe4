"""Dated conversion coefficients: litres as Wh, until GRDF says its own figure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from exports import Amount, Nature

QUANTITY = "conversion_wh_m3"
LITRES = 1000
"""In a m3, hence thousandths of a Wh in litres × Wh/m3."""


@dataclass(frozen=True, slots=True)
class Energy:
    """What a day's litres give: Wh, None where no coefficient is known for the day.

    `carried` is what its floor leaves to the next day, in thousandths of a Wh.
    """

    day: date
    energy_wh: int | None
    carried: int = 0
    nature: Nature = Nature.ESTIMATED


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Wh per m3, each from its day on until the next; the last one goes on.

    GRDF sets one a month (PCS × PTA of the commune); none is guessed for days before
    the first. Given in any order; of two of one day the later given counts.
    """

    dated: tuple[tuple[date, int], ...]

    def __post_init__(self) -> None:
        by_day = dict(self.dated)
        object.__setattr__(self, "dated", tuple(sorted(by_day.items())))

    @classmethod
    def from_amounts(cls, amounts: Iterable[Amount], zone: ZoneInfo) -> Coefficients:
        """Take the coefficients of a file, each from the gas day its period begins.

        Of two of one day the definitive one counts.
        """
        told = [amount for amount in amounts if amount.quantity == QUANTITY]
        told.sort(key=lambda amount: amount.nature is Nature.DEFINITIVE)
        return cls(
            tuple((one.start.astimezone(zone).date(), one.value) for one in told)
        )

    def on(self, day: date) -> int | None:
        """Give the Wh per m3 in force on a day; None before the first."""
        at = bisect_right(self.dated, day, key=lambda pair: pair[0])
        return self.dated[at - 1][1] if at else None

    def energies(
        self, litres: Iterable[tuple[date, int]], carried: int = 0
    ) -> Iterator[Energy]:
        """Give the energy of each day's litres, estimated, each floored to the Wh.

        What a floor leaves goes on to the next day that is known, so that the days sum
        to the floor of the whole; `carried` is what an earlier run left.
        """
        for day, volume_l in litres:
            conversion = self.on(day)
            if conversion is None:
                yield Energy(day, None, carried)
                continue
            energy_wh, carried = divmod(volume_l * conversion + carried, LITRES)
            yield Energy(day, energy_wh, carried)
