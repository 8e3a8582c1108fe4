"""Which column of a table is which, by its header; every company has its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exports import Document, FileRefused
from water.litres import L_IN_M3
from water.row import plain

HEAD_ROWS = 20
OTHER_FLUID = ("energie", "kwh", "pce", "prm", "temperature", "coefficient", "gaz")
LITRES = re.compile(r"\((litres?|l)\)|\ben litres?\b")
CUBIC = re.compile(r"\((m3|metres? cubes?)\)|\ben m3\b")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table says what; `unit_l` are the litres in a unit, None if not said."""

    row: int
    date: int
    volume: int
    index: int | None
    quality: int | None
    volume_unit_l: int | None
    index_unit_l: int | None
    headers: tuple[str, ...]

    @property
    def step(self) -> str | None:
        """Give "week", "month" or "hour" where a header says that; None for days."""
        words = {self.headers[self.date], *self.headers[self.volume].split()}
        for step, french in (
            ("week", ("semaine",)),
            ("month", ("mois", "mensuelle")),
            ("hour", ("heure", "horaire")),
        ):
            if any(word.strip("()") in french for word in words):
                return step
        return None


def columns_of(document: Document) -> Columns | None:
    """Find the header of a table of water amounts; None if there is none."""
    if document.looks_json:
        return None
    for number, cells in enumerate(document.table.head(HEAD_ROWS)):
        headers = tuple(plain(cell).replace("³", "3") for cell in cells)
        if any(word in header for header in headers for word in OTHER_FLUID):
            return None
        found = _columns(number, headers)
        if found is not None:
            return found
    return None


def daily_columns(document: Document) -> Columns:
    """Find the header of a daily table; raise FileRefused.

    "not-daily" for weeks, months or hours, whose dates don't say which days they are.
    """
    columns = columns_of(document)
    if columns is None:
        raise FileRefused("unknown-format", "no header of a date and an amount")
    if columns.step is not None:
        raise FileRefused(
            "not-daily",
            f"the rows are of a {columns.step} each, not of a day",
            hint="download the daily history",
        )
    return columns


def _columns(row: int, headers: tuple[str, ...]) -> Columns | None:
    date = _first(headers, ("date", "jour", "semaine", "mois", "heure"))
    volume = _first(headers, ("consommation", "volume"))
    if date is None or volume is None or date == volume:
        return None
    quality = _first(headers, ("index mesur", "methode", "mesur", "fiabilite", "type"))
    index = next(
        (
            at
            for at, header in enumerate(headers)
            if header.startswith(("index", "releve")) and at != quality
        ),
        None,
    )
    return Columns(
        row,
        date,
        volume,
        index,
        quality,
        _unit_l(headers[volume]),
        None if index is None else _unit_l(headers[index]),
        headers,
    )


def _first(headers: tuple[str, ...], starts: tuple[str, ...]) -> int | None:
    for start in starts:
        for at, header in enumerate(headers):
            if header.startswith(start):
                return at
    return None


def _unit_l(header: str) -> int | None:
    if LITRES.search(header):
        return 1
    return L_IN_M3 if CUBIC.search(header) else None
