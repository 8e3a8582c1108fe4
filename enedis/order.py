"""Rows in the order of time: naive times can only be told apart in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from exports import Civil, RowRefused

Row = tuple[str, list[Any]]
T = TypeVar("T")


def in_order(rows: list[Row]) -> list[Row]:
    """Give the rows rising, where the file has the newest first."""
    ends = [row[0] for _, row in (rows[:1] + rows[-1:]) if row]
    if len(ends) == 2 and _falls(*ends):
        return rows[::-1]
    return rows


def used_up(rows: list[T]) -> Iterator[T]:
    """Give each once, and let it go: long files would be in memory twice."""
    rows.reverse()
    while rows:
        yield rows.pop()


def _falls(first: object, last: object) -> bool:
    if isinstance(first, datetime) and isinstance(last, datetime):
        return first > last
    civil = Civil()
    try:
        days = civil.day(first), civil.day(last)
    except RowRefused:
        return False
    return days[0] > days[1] or (days[0] == days[1] and str(first) > str(last))


def untangled(rows: list[Row]) -> list[Row]:
    """Give 02:00, 02:30, 02:00, 02:30 of 02:00, 02:00, 02:30, 02:30.

    So does a file come out whose naive rows were sorted by their times: each of the
    repeated hour beside its twin.
    """
    found: list[Row] = []
    twins: list[Row] = []
    i = 0
    while i < len(rows):
        place_row = rows[i]
        beside = rows[i + 1] if i + 1 < len(rows) else None
        if beside is not None and beside[1][:1] == place_row[1][:1]:
            found.append(place_row)
            twins.append(beside)
            i += 2
            continue
        found += twins
        twins = []
        found.append(place_row)
        i += 1
    return found + twins
