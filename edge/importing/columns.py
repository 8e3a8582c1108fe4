"""A table read by a plan of its columns (plan.py)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from edge.importing import plan
from edge.importing.plan import Plan
from exports.civil import Civil
from exports.differences import Index, differences
from exports.document import Document
from exports.errors import FileRefused, RowRefused
from exports.format import Format
from exports.number import scaled
from exports.said import Absence, Amount, Export, Nature, Refused

UNKNOWN = frozenset(
    {
        "",
        "null",
        "na",
        "n/a",
        "#n/a",
        "nd",
        "n.d.",
        "n/d",
        "-",
        "--",
        "—",
        "nan",
        "none",
    }
)
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")
"""Thousands: 1.234.567."""
HEAD_ROWS = 40


def format_of(made: Plan) -> Format:
    """Give the format that a mapping describes."""
    return Format(
        f"csv-{made.name}",
        "a table, by your mapping",
        lambda _document: True,
        lambda document, zone: _read(document, zone, made),
    )


def planned(text: str) -> Format:
    """Give the format that the text of a mapping describes; raise FileRefused."""
    return format_of(plan.read(text))


@dataclass(frozen=True, slots=True)
class Row:
    """One row's instants and value; None: it says none."""

    place: str
    at: datetime
    end: datetime | None
    value: int | None


def _read(document: Document, zone: ZoneInfo, made: Plan) -> Export:
    rows, refused = _rows(document, zone, made)
    name = f"csv-{made.name}"
    if made.kind == "index":
        indexes = [
            Index(made.quantity, row.at, row.value, Nature.MEASURED, row.place)
            for row in rows
            if row.value is not None
        ]
        amounts, wrong = differences(indexes)
        return Export(name, None, tuple(amounts), (*refused, *wrong))
    taken: list[Amount] = []
    absent: list[Absence] = []
    for row, (start, end) in zip(rows, _periods(rows, zone, made), strict=True):
        if row.value is None:
            absent.append(Absence(start, end, row.place))
        else:
            taken.append(
                Amount(made.quantity, start, end, row.value, Nature.MEASURED, row.place)
            )
    return Export(name, None, tuple(taken), tuple(refused), tuple(absent))


def _rows(
    document: Document, zone: ZoneInfo, made: Plan
) -> tuple[list[Row], list[Refused]]:
    table = list(document.table)
    places = _columns(table, made)
    civil, civil_end = Civil(zone), Civil(zone)
    rows: list[Row] = []
    refused: list[Refused] = []
    for place, cells in table[places[0] :]:
        if not any(str(cell or "").strip() for cell in cells):
            continue
        try:
            at, end, value = (
                None if column is None else cells[column] for column in places[1]
            )
            number = _number(value, made)
            rows.append(
                Row(
                    place,
                    civil.instant(at),
                    None if end is None else civil_end.instant(end),
                    number,
                )
            )
        except IndexError:
            refused.append(Refused(place, "short-row", "it has too few columns"))
        except RowRefused as error:
            refused.append(Refused.from_error(place, error))
    return rows, refused


def _number(value: object, made: Plan) -> int | None:
    """Give a cell's number; raise FileRefused where decimals are not as said."""
    told = str("" if value is None else value).strip()
    if told.lower() in UNKNOWN:
        return None
    if not isinstance(value, str):
        return scaled(value, made.scale)
    grouping = "." if made.decimal == "," else ","
    if grouping in told and made.decimal not in told and not GROUPED.fullmatch(told):
        raise FileRefused(
            "wrong-mapping",
            f"its numbers have {grouping!r} before their decimals",
            hint=f'say decimal = "{grouping}" in the mapping',
        )
    return scaled(told.replace(grouping, ""), made.scale)


Places = tuple[int, tuple[int, int | None, int]]


def _columns(table: list[tuple[str, list[Any]]], made: Plan) -> Places:
    """Give the first row of data, and the places of time, end and value."""
    wanted = (made.time, made.end, made.value)
    if all(isinstance(one, int | None) for one in wanted):
        places = tuple(None if one is None else int(one) - 1 for one in wanted)
        return _first_dated(table, int(made.time) - 1), places  # type: ignore[return-value]
    for number, (_, cells) in enumerate(table[:HEAD_ROWS], 1):
        titles = [_title(cell) for cell in cells]
        try:
            found = tuple(
                None
                if one is None
                else one - 1
                if isinstance(one, int)
                else titles.index(_title(one))
                for one in wanted
            )
        except ValueError:
            continue
        return number, found  # type: ignore[return-value]
    raise FileRefused(
        "wrong-mapping",
        f"no row has the titles {', '.join(repr(w) for w in wanted if w is not None)}",
        hint="write them as the file has them",
    )


def _first_dated(table: list[tuple[str, list[Any]]], column: int) -> int:
    """Give the first row that has a time: what stands above it are titles."""
    for number, (_, cells) in enumerate(table[:HEAD_ROWS]):
        cell = cells[column] if column < len(cells) else None
        if cell is not None and any(ch.isdigit() for ch in str(cell)):
            return number
    return 0


def _title(cell: object) -> str:
    """Give a title without its accents, which files lose, nor capitals."""
    split = unicodedata.normalize("NFKD", str(cell or "").strip().casefold())
    return "".join(ch for ch in split if not unicodedata.combining(ch))


def _periods(
    rows: list[Row], zone: ZoneInfo, made: Plan
) -> list[tuple[datetime, datetime]]:
    """Give [start, end) of each row."""
    if made.end is not None:
        return [(row.at, row.end or row.at) for row in rows]
    first = made.marks == "start"
    if made.step is None:
        return _neighbours(rows, first=first)
    civil = Civil(zone)
    periods = []
    for row in rows:
        if isinstance(made.step, int):
            length = timedelta(minutes=made.step)
            periods.append(
                (row.at, row.at + length) if first else (row.at - length, row.at)
            )
            continue
        local = row.at.astimezone(zone)
        moved = _moved(local, made.step, 1 if first else -1)
        other = civil.local(moved.replace(tzinfo=None))
        periods.append((row.at, other) if first else (other, row.at))
    return periods


def _moved(local: datetime, step: str, by: int) -> datetime:
    """Give the same time a day or a month on, or back."""
    if step == "day":
        return local + timedelta(days=by)
    months = local.year * 12 + local.month - 1 + by
    return local.replace(year=months // 12, month=months % 12 + 1, day=1)


def _neighbours(rows: list[Row], *, first: bool) -> list[tuple[datetime, datetime]]:
    """Let each row reach to its neighbour in time; the one at the edge, as far."""
    times = sorted({row.at for row in rows})
    if len(times) < 2:
        raise FileRefused(
            "wrong-mapping", "of one row, the step can't be told", hint="name a step"
        )
    place = {at: number for number, at in enumerate(times)}
    edge = times[-1] - times[-2] if first else times[1] - times[0]
    periods = []
    for row in rows:
        at = place[row.at] + (1 if first else -1)
        inside = 0 <= at < len(times)
        other = times[at] if inside else row.at + (edge if first else -edge)
        periods.append((row.at, other) if first else (other, row.at))
    return periods
