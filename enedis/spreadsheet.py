"""Days and moments as a spreadsheet counts them: days since 30 December 1899."""

from __future__ import annotations

from datetime import datetime, timedelta

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zone
"""Day 0; later than February 1900, its leap-year error doesn't matter."""
FIRST, LAST = 36_526, 73_050
"""The years 2000 to 2099."""


def moment(cell: object) -> object:
    """Give the naive datetime of a cell's number of days, else the cell as it is."""
    if isinstance(cell, int | float) and FIRST <= cell <= LAST:
        return EPOCH + timedelta(seconds=round(cell * 86_400))
    return cell


def day_cell(cell: object) -> object:
    """Give the same of a number that a CSV has as a text (`46023`)."""
    text = str(cell).strip()
    return moment(int(text)) if text.isdecimal() and len(text) == 5 else moment(cell)
