"""EDF's `mes-puissances-atteintes-30min`: a date, then `HH:MM:SS;W;Nature` under it.

The newest day comes first, and 00:00:00, first under its date, is that day's end.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from enedis.curve import Point, take_curve
from enedis.direction import Direction
from enedis.findings import Findings
from enedis.natures import nature
from enedis.units import amount
from enedis.words import folded, is_empty
from exports import Civil, Document, Export, RowRefused

DATE = re.compile(r"\d{2}/\d{2}/\d{4}|\d{4}-\d{2}-\d{2}")
TIME = re.compile(r"\d{2}:\d{2}(?::\d{2})?")
LOST = date.min
MIDNIGHT = ("00:00:00", "00:00")
Row = tuple[str, list[Any]]


def recognises(document: Document) -> bool:
    """Tell it by its words, or by a date followed by a time of day and a number."""
    if document.looks_json or document.is_sheet:
        return False
    if b"<" in document.data[:64].lstrip(b"\xef\xbb\xbf \r\n\t")[:1]:
        return False
    rows = [row for row in document.table.head(12) if any(row)]
    named = any(
        "puissance" in folded(c) and "atteinte" in folded(c) for c in _flat(rows)
    )
    firsts = [row[0] for row in rows]
    dated = any(
        DATE.fullmatch(day) and TIME.fullmatch(clock) for day, clock in pairwise(firsts)
    )
    return dated and (named or len(rows[-1]) in (2, 3))


def _flat(rows: list[list[str]]) -> list[str]:
    return [cell for row in rows for cell in row]


def read(document: Document, zone: ZoneInfo) -> Export:
    """Read the mean power of each half hour; the file doesn't name the meter."""
    findings = Findings()
    civil = Civil(zone)
    points: list[Point] = []
    for day, (place, row) in _rising(_days(findings, document)):
        try:
            naive = f"{day.isoformat()} {row[0].strip()}"
            at = civil.instant(naive)
            cell = row[1] if len(row) > 1 else None
            value = None if is_empty(cell) else amount(cell, 1)
        except RowRefused as error:
            findings.refuse(place, error)
            continue
        points.append(Point(place, at, value, nature(row[2] if len(row) > 2 else None)))
    take_curve(findings, Direction.IMPORT.mean_power, points)
    return findings.export("edf-reached-powers", None)


def _days(findings: Findings, document: Document) -> list[tuple[date, list[Row]]]:
    """Give the rows under each date, in the file's order."""
    days: list[tuple[date, list[Row]]] = []
    for place, row in document.table:
        first = str(row[0]).strip() if row else ""
        if DATE.fullmatch(first):
            try:
                days.append((Civil().day(first), []))
            except RowRefused as error:
                findings.refuse(place, error)
                days.append((LOST, []))  # nobody knows whose rows follow
        elif TIME.fullmatch(first) and days:
            days[-1][1].append((place, [first, *row[1:]]))
    return [(day, rows) for day, rows in days if day is not LOST]


def _rising(days: list[tuple[date, list[Row]]]) -> list[tuple[date, Row]]:
    """Give the rows in the order of time; a midnight that ends a day, on the next."""
    falling = len(days) > 1 and days[0][0] > days[-1][0]
    falling = falling or any(_falls(rows) for _, rows in days)
    found: list[tuple[date, Row]] = []
    for day, rows in days[::-1] if falling else days:
        ordered = rows[::-1] if falling else rows
        for i, (place, row) in enumerate(ordered):
            ends = row[0] in MIDNIGHT and (i > 0 or (falling and len(ordered) == 1))
            found.append((day + timedelta(days=int(ends)), (place, row)))
    return found


def _falls(rows: list[Row]) -> bool:
    """Tell whether the times of a day fall, its midnights aside."""
    times = [row[0] for _, row in rows if row[0] not in MIDNIGHT]
    return len(times) > 1 and times[0] > times[-1]
