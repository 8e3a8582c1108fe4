"""Relevé's own exports: what GET …/registers/{register} gives, as JSON or as CSV.

A JSON page names its register; a CSV names none, so that it must be said. An extract
(`releve export --profile extract`) is read by own_pack.py.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from edge.importing import own_pack
from exports.civil import Civil
from exports.document import Document
from exports.errors import FileRefused, RowRefused
from exports.format import Format
from exports.number import scaled
from exports.said import Absence, Amount, Export, Nature, Refused

CSV, JSON = "releve-csv", "releve-json"
COLUMNS = ("start", "end", "value", "unit", "quality", "coverage", "revision")
ANY = ""
"""The quantity of a CSV's rows: which register it is of stands nowhere in it."""
UNIT = "unit"
"""The kind of a fact: which unit the rows say they are in."""
DOUBTFUL = ("estimated", "interpolated")
QUALITIES = (*DOUBTFUL, "raw", "validated", "corrected")
"""What a row may say of itself; but for the doubt, it isn't believed."""
SAYS_ITS_SOURCE = frozenset({"origin", "source", "received", "device"})
"""What is the importer's word alone, and in no page of ours."""


def _is_csv(document: Document) -> bool:
    if document.is_sheet or document.looks_json:
        return False
    head = next(iter(document.table.head(1)), [])
    return set(COLUMNS) <= set(head)


def _pages(document: Document) -> list[Any]:
    page = document.json
    return page if isinstance(page, list) else [page]


def _is_json(document: Document) -> bool:
    if not document.looks_json:
        return False
    wanted = ("meter", "register", "step", "zone", "rows")
    pages = _pages(document)
    return bool(pages) and all(
        isinstance(page, dict) and all(name in page for name in wanted)
        for page in pages
    )


def _read_csv(document: Document, zone: ZoneInfo) -> Export:
    table = document.table
    names = [str(cell).strip() for cell in table.rows[0]]
    rows = [
        (place, dict(zip(names, row, strict=False)))
        for place, row in list(table)[1:]
        if row
    ]
    return _export(CSV, ANY, rows, zone)


def _read_json(document: Document, zone: ZoneInfo) -> Export:
    """Read a page, or several of one meter one after the other."""
    pages = _pages(document)
    if any(not isinstance(one["rows"], list) or one["step"] == "raw" for one in pages):
        raise FileRefused(
            "raw-export",
            "this page holds raw readings: only intervals can be imported",
            hint="ask for step=30min or a longer one",
        )
    meters = {str(page["meter"]) for page in pages}
    if len(meters) > 1:
        raise FileRefused(
            "several-meters",
            f"the file holds pages of {len(meters)} meters",
            hint="keep the pages of each one in a file of its own",
        )
    found = []
    for at, page in enumerate(pages, 1):
        of = "" if len(pages) == 1 else f"page {at}, "
        rows = [
            (f"{of}row {number}", row) for number, row in enumerate(page["rows"], 1)
        ]
        found.append(_export(JSON, str(page["register"]), rows, zone))
    return Export(
        JSON,
        meters.pop(),
        tuple(amount for one in found for amount in one.amounts),
        tuple(refused for one in found for refused in one.refused),
        tuple(absence for one in found for absence in one.absent),
        tuple(fact for one in found for fact in one.facts),
    )


def _export(
    name: str, quantity: str, rows: list[tuple[str, Any]], zone: ZoneInfo
) -> Export:
    civil = Civil(zone)
    amounts: list[Amount] = []
    absent: list[Absence] = []
    refused: list[Refused] = []
    for place, row in rows:
        try:
            start, end = civil.instant(row["start"]), civil.instant(row["end"])
            if row["value"] in (None, "") or _coverage(row) < 1:
                absent.append(Absence(start, end, place))
                continue
            value = scaled(row["value"], 1)
            quality = row["quality"]
            if quality not in QUALITIES or not SAYS_ITS_SOURCE.isdisjoint(row):
                refused.append(
                    Refused(place, "says-too-much", "no row of ours says so of itself")
                )
                continue
            doubtful = quality in DOUBTFUL
            nature = Nature.ESTIMATED if doubtful else Nature.MEASURED
        except (KeyError, TypeError, ValueError):
            refused.append(
                Refused(place, "not-a-row", "it lacks what a row of ours has")
            )
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
        else:
            amounts.append(Amount(quantity, start, end, value, nature, place))
    units = dict.fromkeys(
        str(row["unit"]) for _, row in rows if isinstance(row, dict) and "unit" in row
    )
    return Export(
        name,
        None,
        tuple(amounts),
        tuple(refused),
        tuple(absent),
        tuple({"kind": UNIT, "quantity": quantity, "unit": unit} for unit in units),
    )


def _coverage(row: Any) -> float:
    return float(str(row["coverage"]).replace(",", "."))


FORMATS = (
    own_pack.FORMAT,
    Format(CSV, "Relevé, rows as CSV", _is_csv, _read_csv),
    Format(JSON, "Relevé, a page of rows as JSON", _is_json, _read_json),
)
