"""The portal's XLSX, daily, weekly, monthly and yearly, and the same layout as CSV.

Its header stood in row 7 until November 2021 and stands in row 9: it is found by its
texts. A day that is absent carries 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from exports import (
    Civil,
    Document,
    Export,
    FileRefused,
    Format,
    Nature,
    RowRefused,
    Table,
)
from gazpar.gathering import gathered
from gazpar.pce import pce_number
from gazpar.period import Period
from gazpar.reading import Row
from gazpar.words import is_absence, nature, plain

NAME = "grdf-portal-sheet"
HEAD_ROWS = 40
LABELS = ("date", "periode", "jour", "semaine", "mois", "annee")
COLUMNS = {
    "volume consomme": "volume",
    "energie consommee": "energy",
    "index de debut": "index_start",
    "index de fin": "index_end",
    "coefficient": "conversion",
    "qualification": "qualification",
}
UNITS = {"index_start": "m3", "index_end": "m3", "volume": "m3", "energy": "kwh"}
EXPORTED = re.compile(r"export du (\d{2}/\d{2}/\d{4})")
NUMBER = re.compile(r"(?:n[o°]|numero) ?(?:de )?pce ?:? ?(.*)")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header stands and which column is what; and what the head says."""

    row: int
    columns: dict[str, int]
    exported: date | None = None


def recognises(document: Document) -> bool:
    """Tell whether it is a table that has the portal's header within its first rows."""
    return not document.looks_json and _layout(document.table) is not None


def read(document: Document, zone: ZoneInfo) -> Export:
    """Give what the file says; raise FileRefused ("unknown-unit", "mangled-number")."""
    table = document.table
    layout = _layout(table)
    if layout is None:
        raise FileRefused("unknown-format", "the header of the portal's table is gone")
    _check_units(table.rows[layout.row], layout)
    items = [
        (place, cells)
        for place, cells in list(table)[layout.row + 1 :]
        if not _is_note(cells, layout)
    ]
    meter = _meter(table.rows[: layout.row])
    # A sheet's rows end with their last value, a CSV's with the last column.
    width = 0 if document.is_sheet else max(layout.columns.values()) + 1
    row_of = partial(_row, layout=layout, width=width)
    return gathered(NAME, meter, items, row_of, Civil(zone))


def _layout(table: Table) -> Layout | None:
    exported = None
    for number, cells in enumerate(table.rows[:HEAD_ROWS]):
        words = [plain(cell) for cell in cells]
        dated = next(filter(None, map(EXPORTED.fullmatch, words)), None)
        if dated is not None:
            exported = Civil().day(dated[1])
        columns: dict[str, int] = {}
        for at, word in enumerate(words):
            if word.startswith(LABELS):
                columns.setdefault("label", at)
            for start, column in COLUMNS.items():
                if word.startswith(start):
                    columns.setdefault(column, at)
        if {"label", "volume", "energy"} <= columns.keys():
            return Layout(number, columns, exported)
    return None


def _check_units(header: list[Any], layout: Layout) -> None:
    for column, unit in UNITS.items():
        if column not in layout.columns:
            continue
        said = re.search(r"\((.*)\)", plain(header[layout.columns[column]]))
        if said is not None and said[1] != unit:
            raise FileRefused("unknown-unit", f"a column is in {said[1][:10]!r}")


def _meter(head: list[list[Any]]) -> str | None:
    """Give the PCE that stands after `N° PCE :`; raise FileRefused as pce_number."""
    for cells in head:
        for at, cell in enumerate(cells):
            found = NUMBER.fullmatch(plain(cell))
            if found is not None:
                after = [one for one in cells[at + 1 :] if plain(one)]
                return pce_number(found[1] or (after[0] if after else None))
    return None


def _cell(cells: list[Any], at: int | None) -> Any:
    return cells[at] if at is not None and at < len(cells) else None


def _is_note(cells: list[Any], layout: Layout) -> bool:
    """Tell whether a row is empty, a total, or a remark under the table."""
    label = plain(_cell(cells, layout.columns["label"]))
    numbers = [_cell(cells, at) for key, at in layout.columns.items() if key != "label"]
    empty = not any(plain(number) for number in numbers)
    return label.startswith("total") or (empty and not re.search(r"\d", label))


def _row(
    place: str, cells: list[Any], civil: Civil, *, layout: Layout, width: int
) -> Row:
    if len(cells) < width:
        raise RowRefused("short-row", "the line breaks off")
    said = {key: _cell(cells, at) for key, at in layout.columns.items()}
    period = Period.from_label(said["label"], civil)
    word = said.get("qualification")
    # A month that still ran when it was exported is labelled whole: no measure of it.
    asked = layout.exported
    runs = (
        period.days > 1 and asked is not None and period.first <= asked < period.until
    )
    return Row(
        place,
        period,
        said["volume"],
        said["energy"],
        said.get("conversion"),
        said.get("index_start"),
        said.get("index_end"),
        None if is_absence(word) else Nature.ESTIMATED if runs else nature(word),
        indexed="index_end" in layout.columns,
    )


FORMAT = Format(NAME, "GRDF, mon espace (XLSX, CSV)", recognises, read)
