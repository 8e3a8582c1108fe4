"""Failed readings: an index of 0, differenced, is a fall and the leap that undoes it.

A fall of N and the row after (or before) it that brings N back are both refused: what
flowed is in neither. Sums hold without them, as the pair's sum is a plain amount.
"""

from __future__ import annotations

from collections.abc import Sequence

from exports import Refused
from water.litres import MOST_L_AN_HOUR
from water.row import Row

REACH = 7
"""Rows that a counter may stay away: a week of days."""


def failures(rows: Sequence[Row]) -> dict[int, Refused]:
    """Give what is refused of rows in time order, by their number.

    "negative" a fall; "compensates" the leap that undoes it, and the zeros between
    them; "too-much" what no home's meter lets through in the time.
    """
    found: dict[int, Refused] = {}
    for number, row in enumerate(rows):
        if row.volume_l is None or row.volume_l >= 0:
            continue
        detail = f"{row.volume_l} l: an amount can't be negative"
        found[number] = Refused(row.place, "negative", detail)
        for other in _undone(rows, number):
            there = rows[other]
            detail = f"{there.volume_l} l undoes the fall of {row.place}"
            found.setdefault(other, Refused(there.place, "compensates", detail))
    for number, row in enumerate(rows):
        if row.volume_l is not None and row.volume_l > MOST_L_AN_HOUR * row.hours:
            detail = f"{row.volume_l} l in {row.hours:g} hours is more than can flow"
            found.setdefault(number, Refused(row.place, "too-much", detail))
    return found


def _undone(rows: Sequence[Row], fall: int) -> list[int]:
    """Give the leap that undoes a fall and the zeros on the way; none: empty.

    Of one on either side, the one that leaves the smaller sum is meant.
    """
    after = _leap(rows, range(fall + 1, min(fall + 1 + REACH, len(rows))), fall)
    before = _leap(rows, range(fall - 1, max(fall - 1 - REACH, -1), -1), fall)
    found = [side for side in (after, before) if side is not None]
    if not found:
        return []
    _, numbers = min(found, key=lambda side: side[0])
    return numbers


def _leap(rows: Sequence[Row], way: range, fall: int) -> tuple[int, list[int]] | None:
    lost = -(rows[fall].volume_l or 0)
    zeros: list[int] = []
    for number in way:
        amount = rows[number].volume_l
        if amount is None or amount == 0:
            zeros += [number] if amount == 0 else []
            continue
        # It brings back what was lost and little more: after a fall of a few litres
        # a plain day does not, and stays.
        fits = lost <= amount <= 2 * lost
        return (amount - lost, [*zeros, number]) if fits else None
    return None
