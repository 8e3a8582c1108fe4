"""The blocks of a portal's file: what is said of the meter, a header, its rows.

A CSV may hold several, one after the other (curve, index, calendar, largest power); a
workbook has a cover, then a sheet for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from enedis.units import unit, unit_of_header
from enedis.words import folded
from exports import Document, Table

HEAD = 60
"""Rows that tell what a file is; a workbook's header stands about the 14th."""
LABELS = ("type", "date", "grandeur", "etape", "unite", "pas", "horodate")


class Kind(StrEnum):
    """What a header says of the rows under it."""

    CURVE = "curve"
    INDEX = "index"
    CALENDAR = "calendar"
    INTERVALS = "intervals"
    DAYS = "days"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class Section:
    """A block; `about` is the preamble by its folded labels, `title` the sheet's."""

    kind: Kind
    about: dict[str, Any]
    header: list[str]
    title: str = ""
    rows: list[tuple[str, list[Any]]] = field(default_factory=list)

    def said(self, *labels: str) -> Any:
        """Give what the preamble says under a label that starts so, or None."""
        for label in labels:
            for key, value in self.about.items():
                if key.startswith(label):
                    return value
        return None


def kind_of(header: list[str]) -> Kind | None:
    """Tell which kind of header these folded cells are, if they are one."""
    first, second = (*header, "", "")[:2]
    kind = None
    if first == "identifiant prm" and {"horodate", "valeur"} <= set(header):
        kind = Kind.FLOW
    elif first.startswith("horodate"):
        if second.startswith(("valeur", "puissance")):
            kind = Kind.CURVE
        elif second.startswith(("type de releve", "eas", "eai")):
            kind = Kind.INDEX
    elif first == "periode" and second.startswith("identifiant calendrier"):
        kind = Kind.CALENDAR
    elif (first, second) == ("debut", "fin") and unit_of_header((*header, "")[2]):
        kind = Kind.INTERVALS
    elif first == "date" and _is_daily(second):
        kind = Kind.DAYS
    return kind


def _is_daily(label: str) -> bool:
    """Tell a day's energy, or its largest power, by the unit."""
    said = unit(unit_of_header(label)) if label.startswith("valeur") else None
    return said is not None and said.kind in ("energy", "apparent")


def sections(document: Document) -> list[Section]:
    """Give all blocks of a file, with all their rows."""
    found = [one for title, table in pages(document) for one in _walk(title, table)]
    document.forget()
    return found


def kinds(document: Document) -> set[Kind]:
    """Tell which kinds of blocks begin in a file's first rows."""
    if (
        document.looks_json
        or document.data[:64].lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
    ):
        return set()
    return {
        one.kind
        for title, table in pages(document, HEAD)
        for one in _walk(title, table)
    }


def pages(document: Document, most: int | None = None) -> Iterator[tuple[str, Table]]:
    """Give a CSV's one table, or a workbook's by its titles, no empty column first."""
    sheets = document.sheets if document.is_sheet else {"": document.table}
    for title, table in sheets.items():
        margin = min((_margin(row) for row in table.rows[:HEAD]), default=0)
        rows = table.rows[:most]
        if margin:
            rows = [row[margin:] for row in rows]
        yield title, Table(rows, table.places[:most])


def _margin(row: list[Any]) -> int:
    """Give how many cells come before the first that says anything."""
    filled = (i for i, cell in enumerate(row) if not _is_blank(cell))
    return next(filled, 1 << 14)


def _is_blank(cell: object) -> bool:
    return cell is None or not str(cell).strip()


def _walk(title: str, table: Table) -> Iterator[Section]:
    about: dict[str, Any] = {}
    labels: list[str] = []
    section: Section | None = None
    for place, row in table:
        first = row[0] if row else None
        if labels and _margin(row) < len(row):
            about = dict(zip(labels, row, strict=False))
            labels = []
        elif section is not None and _is_data(first):
            section.rows.append((place, row))
        elif _margin(row) < len(row):
            cells = [folded(cell) for cell in row]
            kind = kind_of(cells)
            if kind is not None:
                if section is not None:
                    yield section
                section = Section(kind, about, cells, title)
            elif cells[0] == "identifiant prm":
                labels, about = _preamble(cells, row)
            elif not _labelled(about, cells, row) and section is not None:
                section.rows.append((place, row))
    if section is not None:
        yield section


def _is_data(first: object) -> bool:
    """Tell a row by its first cell: a date, a number of days, a period."""
    if isinstance(first, str):
        return first[:1].isdigit() or first.startswith("Du ")
    return first is not None


def _preamble(cells: list[str], row: list[Any]) -> tuple[list[str], dict[str, Any]]:
    """Give labels whose values stand in the next row, or pairs in this row itself."""
    if len(cells) > 1 and cells[1].startswith(LABELS):
        return cells, {}
    return [], dict(zip(cells[::2], row[1::2], strict=False))


def _labelled(about: dict[str, Any], cells: list[str], row: list[Any]) -> bool:
    """Learn `label :` and the cell beside it; tell whether there was any."""
    found = False
    for i, cell in enumerate(cells):
        if cell.endswith(":"):
            found = True
            beside = row[i + 1] if i + 1 < len(row) else None
            about[cell.rstrip(" :")] = beside
    return found
