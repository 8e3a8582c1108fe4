"""Indexes read one after the other, as the amounts between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from exports.said import Amount, Nature, Refused

REACH = 7
"""Readings in a row that may fail: a week of days."""


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
    fast ("too-much") likewise, judged by `most_an_hour` in the quantity's unit. A
    reading that failed (0, or a leap) is refused alone where the counter goes on after
    it from where it was: the amount across it is known. Of two of one instant the later
    word counts where they agree, else it is refused ("two-values").
    """
    amounts: list[Amount] = []
    refused: list[Refused] = []
    by_time: dict[datetime, Index] = {}
    for one in indexes:
        there = by_time.setdefault(one.at, one)
        if there.value != one.value:
            detail = f"{there.value} stands at the same time ({there.place})"
            refused.append(Refused(one.place, "two-values", detail))
    ordered = [by_time[at] for at in sorted(by_time)]
    number = 0
    while number < len(ordered) - 1:
        before, after = ordered[number], ordered[number + 1]
        reason = _wrong(before, after, most_an_hour)
        if reason is None:
            amounts.append(_amount(before, after))
            number += 1
            continue
        goes_on = _goes_on(ordered, number, most_an_hour)
        failed = range(number + 1, goes_on or number + 2)
        for one in (ordered[at] for at in failed):
            detail = f"from {before.value} ({before.place}) to {one.value}"
            refused.append(Refused(one.place, reason, detail))
        if goes_on is not None:
            amounts.append(_amount(before, ordered[goes_on]))
        number = goes_on or number + 1
    return amounts, refused


def _wrong(before: Index, after: Index, most_an_hour: int | None) -> str | None:
    amount = after.value - before.value
    hours = (after.at - before.at).total_seconds() / 3600
    if amount < 0:
        return "index-falls"
    fast = most_an_hour is not None and amount > most_an_hour * hours
    return "too-much" if fast else None


def _goes_on(
    ordered: Sequence[Index], number: int, most_an_hour: int | None
) -> int | None:
    """Give the first reading that continues `number`'s, over those that failed.

    Those that failed all say the same: a meter that was changed counts on from there.
    """
    before, failed = ordered[number], ordered[number + 1]
    for at in range(number + 2, min(number + 2 + REACH, len(ordered))):
        if _wrong(before, ordered[at], most_an_hour) is None:
            return at
        if ordered[at].value != failed.value:
            return None
    return None


def _amount(before: Index, after: Index) -> Amount:
    estimated = Nature.ESTIMATED in (before.nature, after.nature)
    return Amount(
        after.quantity,
        before.at,
        after.at,
        after.value - before.value,
        Nature.ESTIMATED if estimated else after.nature,
        after.place,
        after.value,
    )
