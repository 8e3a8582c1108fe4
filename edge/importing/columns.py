"""Any CSV or workbook whose columns the owner names, in a little TOML:

fluid = "water"           # electricity, gas or water
quantity = "volume_l"     # as the libraries name it, or a register of ours
unit = "m3"               # what the column is in; left out: the quantity's own
time = "Date"             # a column by its title, or its number from 1
end = "Fin"               # a column, where each row has both instants
value = "Consommation"    # a column
marks = "start"           # or "end": what `time` is of its period
step = "day"              # day, month, or minutes; left out: to the next row
kind = "amount"           # or "index": a counter, whose differences count
decimal = ","             # or "."; the other one groups thousands
name = "my-portal"        # becomes part of the origin
"""  # noqa: D400, D415 - it ends with an example

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from edge.catalogue import Fluid
from exports.civil import Civil
from exports.differences import Index, differences
from exports.document import Document
from exports.errors import FileRefused, RowRefused
from exports.format import Format
from exports.number import scaled
from exports.said import Absence, Amount, Export, Nature, Refused

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
UNITS: Mapping[str, tuple[str, int]] = {
    "l": ("l", 1),
    "m3": ("l", 1000),
    "m³": ("l", 1000),
    "wh": ("wh", 1),
    "kwh": ("wh", 1000),
    "mwh": ("wh", 1_000_000),
    "w": ("w", 1),
    "kw": ("w", 1000),
    "va": ("va", 1),
    "kva": ("va", 1000),
}
"""What a unit is in ours, and how many of them."""
UNKNOWN = frozenset({"", "null", "na", "n/a", "-", "nan"})


@dataclass(frozen=True, slots=True)
class Plan:
    """Which column is what; a column is a title, or a number from 1."""

    fluid: Fluid
    quantity: str
    time: str | int
    value: str | int
    unit: str | None = None
    end: str | int | None = None
    marks: str = "start"
    step: str | int | None = None
    kind: str = "amount"
    decimal: str = ","
    name: str = "columns"

    @property
    def scale(self) -> int:
        """Give how many of the quantity's own units one of the column's is."""
        return 1 if self.unit is None else UNITS[self.unit.lower()][1]


def _wrong(message: str) -> FileRefused:
    return FileRefused(
        "wrong-mapping",
        f"the mapping can't be used: {message}",
        hint="docs/importing.md",
    )


def plan(text: str) -> Plan:
    """Read a mapping; raise FileRefused ("wrong-mapping"), naming the key."""
    try:
        given: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(f"it is no TOML: {error}") from error
    known = {field.name for field in fields(Plan)}
    if odd := sorted(given.keys() - known):
        raise _wrong(
            f"there is no key {odd[0]!r}; there are {', '.join(sorted(known))}"
        )
    if missing := sorted({"fluid", "quantity", "time", "value"} - given.keys()):
        raise _wrong(f"{missing[0]} is needed")
    for key, right in CHOICES.items():
        if given.get(key, right[0]) not in right:
            raise _wrong(f"{key} is one of {', '.join(right)}")
    made = Plan(**{**given, "fluid": Fluid(given["fluid"])})
    for key in ("time", "value", "end"):
        column = getattr(made, key)
        if not isinstance(column, str | int | None) or isinstance(column, bool):
            raise _wrong(f"{key} is a column's title, or its number from 1")
    if not isinstance(made.name, str) or not NAME.fullmatch(made.name):
        raise _wrong("name is of a to z, 0 to 9 and '-'")
    step = made.step
    if step not in (None, "day", "month") and (
        not isinstance(step, int) or isinstance(step, bool) or not 0 < step <= 1440
    ):
        raise _wrong('step is "day", "month", or a number of minutes')
    _fitting_unit(made)
    return made


CHOICES: Mapping[str, tuple[str, ...]] = {
    "fluid": tuple(fluid.value for fluid in Fluid),
    "marks": ("start", "end"),
    "kind": ("amount", "index"),
    "decimal": (",", "."),
}


def _fitting_unit(made: Plan) -> None:
    if not isinstance(made.quantity, str):
        raise _wrong("quantity is a word, as volume_l")
    if made.unit is None:
        return
    if not isinstance(made.unit, str) or made.unit.lower() not in UNITS:
        raise _wrong(f"unit is one of {', '.join(UNITS)}")
    ours = UNITS[made.unit.lower()][0]
    if not made.quantity.endswith(f"_{ours}"):
        raise _wrong(f"{made.unit} is no unit of {made.quantity}")


def format_of(made: Plan) -> Format:
    """Give the format that a mapping describes."""
    return Format(
        f"csv-{made.name}",
        "a table, by your mapping",
        lambda _document: True,
        lambda document, zone: _read(document, zone, made),
    )


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
    grouping = "." if made.decimal == "," else ","
    rows: list[Row] = []
    refused: list[Refused] = []
    for place, cells in table[places[0] :]:
        if not any(str(cell or "").strip() for cell in cells):
            continue
        try:
            at, end, value = (
                None if column is None else cells[column] for column in places[1]
            )
            told = str("" if value is None else value).strip()
            number = None
            if told.lower() not in UNKNOWN:
                number = scaled(
                    told.replace(grouping, "") if isinstance(value, str) else value,
                    made.scale,
                )
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


Places = tuple[int, tuple[int, int | None, int]]


def _columns(table: list[tuple[str, list[Any]]], made: Plan) -> Places:
    """Give the first row of data, and the places of time, end and value."""
    wanted = (made.time, made.end, made.value)
    if all(isinstance(one, int | None) for one in wanted):
        return 0, tuple(None if one is None else int(one) - 1 for one in wanted)  # type: ignore[return-value]
    for number, (_, cells) in enumerate(table[:40], 1):
        titles = [str(cell or "").strip().casefold() for cell in cells]
        try:
            found = tuple(
                None
                if one is None
                else one - 1
                if isinstance(one, int)
                else titles.index(one.strip().casefold())
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
