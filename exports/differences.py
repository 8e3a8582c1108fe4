"""Indexes read one after the other, as the amounts between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from exports.said import Amount, Nature, Refused


@dataclass(frozen=True, slots=True)
class Index:
    """What a counter showed at an instant, aware UTC, in the quantity's unit."""

    quantity: str
    at: datetime
    value: int
    nature: Nature
    place: str


def differences(
    indexes: Iterable[Index], *, most_an_hour: int | None = None
) -> tuple[list[Amount], list[Refused]]:
    """Give the amount between each two neighbours of one quantity, in time order.

    A fall is refused ("index-falls") with the pair that it spoils; what can't flow so
    fast ("too-much") likewise, judged by `most_an_hour` in the quantity's unit. Of two
    of one instant the later word counts where they agree, else it is refused
    ("two-values").
    """
    amounts: list[Amount] = []
    refused: list[Refused] = []
    by_time: dict[datetime, Index] = {}
    for one in indexes:
        there = by_time.setdefault(one.at, one)
        if there.value != one.value:
            detail = f"{there.value} stands at the same time ({there.place})"
            refused.append(Refused(one.place, "two-values", detail))
    for before, after in pairwise(by_time[at] for at in sorted(by_time)):
        amount = after.value - before.value
        hours = (after.at - before.at).total_seconds() / 3600
        fast = most_an_hour is not None and amount > most_an_hour * hours
        if amount < 0 or fast:
            reason = "index-falls" if amount < 0 else "too-much"
            detail = f"from {before.value} ({before.place}) to {after.value}"
            refused.append(Refused(after.place, reason, detail))
            continue
        estimated = Nature.ESTIMATED in (before.nature, after.nature)
        nature = Nature.ESTIMATED if estimated else after.nature
        amounts.append(
            Amount(
                after.quantity,
                before.at,
                after.at,
                amount,
                nature,
                after.place,
                after.value,
            )
        )
    return amounts, refused
