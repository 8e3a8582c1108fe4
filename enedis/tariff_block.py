"""The calendar block: from when to when which contract counted on which index.

`Du 2019-09-02T00:00:00+02:00 au 2019-10-22T00:00:00+02:00;FC011827;…`: a period may be
open-ended, and INCONNU is a hole, not a contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from enedis.findings import Fact, Findings
from enedis.register import register
from enedis.sections import Kind, Section
from enedis.words import folded
from exports import Civil, RowRefused

PERIOD = re.compile(r"du ([^ ]+(?: \d[\d:]+)?) au ?(.*)", re.IGNORECASE)
CLASS = re.compile(r"(identifiant|libelle|cadran) classe temporelle (\d{1,2})")
UNKNOWN = "inconnu"


def read_calendar(findings: Findings, section: Section, zone: ZoneInfo) -> None:
    """Add a fact of each period: `kind`, `start`, `end`, `calendar`, then its indexes.

    `import_tariff01_wh` is then the class counted there (`HCWE`), and
    `import_tariff01_label` its words; None in a hole.
    """
    for place, row in section.rows:
        try:
            start, end = _period(row[0], zone)
        except RowRefused as error:
            findings.refuse(place, error)
            continue
        grid = "distributor" if "distributeur" in section.header[1] else "supplier"
        fact: Fact = {
            "kind": "tariff",
            "grid": grid,
            "start": start.isoformat(),
            "end": None if end is None else end.isoformat(),
            "calendar": _known(row, 1),
            "label": _known(row, 2),
        }
        findings.facts.append(fact | _classes(section.header, row))


def changes(found: Iterable[Section], zone: ZoneInfo) -> list[datetime]:
    """Give the instants at which a file's calendars begin or end."""
    return sorted(
        {
            at
            for section in found
            if section.kind is Kind.CALENDAR
            for at in _bounds(section, zone)
        }
    )


def _bounds(section: Section, zone: ZoneInfo) -> Iterator[datetime]:
    for _, row in section.rows:
        try:
            yield from (at for at in _period(row[0], zone) if at is not None)
        except RowRefused:
            continue


def _period(cell: object, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    found = PERIOD.fullmatch(" ".join(str(cell).split()))
    if found is None:
        raise RowRefused("not-a-time", f"{str(cell)[:60]!r} is no period")
    start, end = found.groups()
    civil = Civil(zone)
    return civil.instant(start), civil.instant(end) if end else None


def _known(row: list[Any], column: int) -> str | None:
    cell = row[column] if column < len(row) else None
    return None if folded(cell) in ("", UNKNOWN) else str(cell).strip()


def _classes(header: list[str], row: list[Any]) -> Fact:
    columns: dict[str, dict[str, int]] = {}
    for column, label in enumerate(header):
        found = CLASS.fullmatch(label)
        if found is not None:
            columns.setdefault(found.group(2), {})[found.group(1)] = column
    said: Fact = {}
    for one in columns.values():
        index = register(_known(row, one.get("cadran", len(row))))
        if index is not None:
            said[index] = _known(row, one.get("identifiant", len(row)))
            label = f"{index.removesuffix('_wh')}_label"
            said[label] = _known(row, one.get("libelle", len(row)))
    return said
