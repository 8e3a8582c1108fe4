"""`Horodate;Type de releve;EAS F1;…`: the indexes of a meter, a row a day.

A reading is of the instant that its Horodate says: 00:00, 01:00 and 23:00 all occur, so
its date is not the day that it counts. What was used is the difference of neighbours.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from enedis.direction import Direction
from enedis.findings import Findings
from enedis.natures import nature
from enedis.order import in_order
from enedis.register import register
from enedis.sections import Section
from enedis.units import amount, unit
from enedis.words import is_empty
from exports import Absence, Civil, Index, Refused, RowRefused, differences

MOST_AN_HOUR = 45_000
"""In Wh: the largest household contract is 36 kVA."""
DAY = timedelta(days=1)
SLACK = timedelta(hours=2)
"""A reading said to be of 23:00 or 01:00 is of the midnight when calendars change."""


def read_indexes(
    findings: Findings, section: Section, changed: list[datetime], zone: ZoneInfo
) -> None:
    """Add the differences of each counter; `changed` are the calendars' bounds."""
    direction = Direction.said_by(section.said("grandeur metier"))
    said = unit(section.said("unite") or "Wh")
    if said is None or said.kind != "energy":
        detail = f"{str(section.said('unite'))[:20]!r} is no unit of an index"
        findings.refused.append(Refused("header", "unknown-quantity", detail))
        return
    columns = {
        column: name
        for column, label in enumerate(section.header)
        if (name := register(label, direction)) is not None
    }
    read: dict[str, list[Index]] = {name: [] for name in columns.values()}
    civil, last = Civil(zone), None
    for place, row in in_order(section.rows):
        try:
            at = civil.instant(row[0])
        except RowRefused as error:
            findings.refuse(place, error)
            continue
        kind = nature(row[1] if len(row) > 1 else None)
        filled = [
            (column, name)
            for column, name in columns.items()
            if column < len(row) and not is_empty(row[column])
        ]
        if not filled:
            near = last is not None and timedelta() < at - last < 2 * DAY
            start = last if near and last is not None else at - DAY
            findings.absent.append(Absence(start, at, place))
        last = at
        for column, name in filled:
            try:
                value = amount(row[column], said.scale)
            except RowRefused as error:
                findings.refuse(f"{place}, {section.header[column].upper()}", error)
                continue
            read[name].append(Index(name, at, value, kind, place))
    for indexes in read.values():
        take_indexes(findings, indexes, changed)


def take_indexes(
    findings: Findings, indexes: list[Index], changed: list[datetime]
) -> None:
    """Add the differences of one counter.

    Where the calendar changed, a tariff's index may begin anew: no amount is known
    across, and a fact says so. Elsewhere a fall is refused with its pair.
    """
    rising = sorted(indexes, key=lambda one: one.at)
    runs: list[list[Index]] = [rising[:1]]
    for before, after in pairwise(rising):
        fell = after.value < before.value and "total" not in after.quantity
        since = bisect_left(changed, before.at - SLACK)
        if fell and since < bisect_right(changed, after.at + SLACK):
            runs.append([])
            findings.facts.append(
                {
                    "kind": "index-begins-anew",
                    "quantity": after.quantity,
                    "start": before.at.isoformat(),
                    "end": after.at.isoformat(),
                    "before_wh": before.value,
                    "after_wh": after.value,
                }
            )
        runs[-1].append(after)
    for run in runs:
        amounts, refused = differences(run, most_an_hour=MOST_AN_HOUR)
        findings.amounts.extend(amounts)
        findings.refused.extend(refused)
