"""An extract of a Relevé's: a ZIP whose manifest names its readings, and their hash.

It is a file from outside, whoever says that it is ours: neither its quality nor its
source is believed. A home's own pack is sealed, and taken elsewhere
(edge/portability/taking.py).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from exports import archive
from exports.civil import Civil
from exports.document import MOST_ROWS, Document
from exports.errors import FileRefused, RowRefused
from exports.format import Format
from exports.number import scaled
from exports.said import Absence, Amount, Export, Nature, Refused

NAME = "releve-extract"
MANIFEST, READINGS = "datapackage.json", "readings.csv"
MOST_MANIFEST = 1 << 20
UNIT = "unit"
"""The kind of a fact: which unit the rows say they are in."""
COLUMNS = frozenset(
    {"start", "end", "meter", "register", "value", "unit", "quality", "coverage"}
)
DOUBTFUL = ("estimated", "interpolated")
QUALITIES = (*DOUBTFUL, "raw", "validated", "corrected")


def _is_pack(document: Document) -> bool:
    if not document.is_package:
        return False
    with archive.opened(document.data) as opened:
        names = opened.namelist()
    return MANIFEST in names and READINGS in names


def _read(document: Document, zone: ZoneInfo) -> Export:
    with archive.opened(document.data) as opened:
        resource = _resource(opened)
        data = archive.member(opened, READINGS)
    said = f"sha256:{hashlib.sha256(data).hexdigest()}"
    if resource.get("hash") != said or resource.get("bytes") != len(data):
        raise FileRefused(
            "truncated",
            "its readings aren't those that its manifest names",
            hint="copy it again from where it was made",
        )
    if data.count(b"\n") > MOST_ROWS:
        raise FileRefused("too-large", "the file has too many lines", hint=archive.PART)
    try:
        rows = csv.DictReader(io.StringIO(data.decode()), strict=True)
        if not set(rows.fieldnames or ()) >= COLUMNS:
            raise FileRefused("unknown-format", "its readings have other columns")
        return _export(rows, Civil(zone))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileRefused("not-text", "its readings are no table") from error


def _resource(opened: zipfile.ZipFile) -> dict[str, Any]:
    """Give what the manifest says of the readings; raise FileRefused."""
    try:
        document = json.loads(archive.member(opened, MANIFEST, MOST_MANIFEST))
        profile = document["releve"]["profile"]
        found = {one["path"]: one for one in document["resources"]}
        resource: dict[str, Any] = dict(found[READINGS])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileRefused("unknown-format", "its manifest isn't as ours are") from error
    if profile != "extract":
        raise FileRefused(
            "says-too-much",
            "this is a home's own pack without its seal, and can't be believed",
            hint="take the file as `releve export` wrote it",
        )
    return resource


def _export(rows: Iterator[dict[str, Any]], civil: Civil) -> Export:
    amounts: list[Amount] = []
    absent: list[Absence] = []
    refused: list[Refused] = []
    units: dict[tuple[str, str], None] = {}
    meters: dict[str, set[str]] = {}
    for number, row in enumerate(rows, 2):
        place = f"line {number}"
        try:
            start, end = civil.instant(row["start"]), civil.instant(row["end"])
            if row["quality"] not in QUALITIES or row.get("source") or None in row:
                refused.append(
                    Refused(place, "says-too-much", "no row of ours says so of itself")
                )
                continue
            if float(row["coverage"]) < 1:
                absent.append(Absence(start, end, place))
                continue
            value = scaled(row["value"], 1)
            doubtful = row["quality"] in DOUBTFUL
            nature = Nature.ESTIMATED if doubtful else Nature.MEASURED
            name = row["register"]
        except (KeyError, TypeError, ValueError):
            refused.append(
                Refused(place, "not-a-row", "it lacks what a row of ours has")
            )
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
        else:
            units[name, row["unit"]] = None
            meters.setdefault(name, set()).add(row["meter"])
            amounts.append(Amount(name, start, end, value, nature, place))
    if any(len(some) > 1 for some in meters.values()):
        raise FileRefused(
            "several-meters",
            "the file holds readings of several meters of one fluid",
            hint="have each one exported by itself: --meter",
        )
    facts: list[dict[str, str | int | None]] = [
        {"kind": UNIT, "quantity": one, "unit": unit} for one, unit in units
    ]
    said = (tuple(amounts), tuple(refused), tuple(absent), tuple(facts))
    return Export(NAME, None, *said)


FORMAT = Format(NAME, "Relevé, an extract", _is_pack, _read)
