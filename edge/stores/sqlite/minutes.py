"""1min rows: a UTC day of one register packed, so that a year of them stays small."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson

from edge.calendar import DAY_MS, MINUTE_MS
from edge.interval import Interval, Step
from edge.journal.database import Database
from edge.rollup.part import Part, Slot, part_of
from edge.sample import Quality
from edge.stores.sqlite.names import PLACE_BITS, REGISTER_BITS, Names, key, place_of

COLUMNS = ("known", "value", "weighted", "minimum", "maximum")


def pack(rows: Sequence[Interval], day_ms: int) -> bytes:
    """Pack a register's rows of one day, in time order."""
    parts = [part_of(row) for row in rows]
    minutes = [(row.start_ms - day_ms) // MINUTE_MS for row in rows]
    index = parts[0].weighted is None
    known = [part.known_ms for part in parts]
    columns: list[list[Any]] = [np.diff(minutes, prepend=0).tolist(), known]
    if index:
        columns.append([part.value for part in parts])
    else:
        # what is left of the mean after its floor keeps Σ value × ms exact, and small
        means = [(p.weighted or 0) // max(p.known_ms, 1) for p in parts]
        columns.append(means)
        columns.append(
            [
                (p.weighted or 0) - m * p.known_ms
                for p, m in zip(parts, means, strict=True)
            ]
        )
        columns.append([p.minimum - m for p, m in zip(parts, means, strict=True)])  # type: ignore[operator]
        columns.append([p.maximum - m for p, m in zip(parts, means, strict=True)])  # type: ignore[operator]
    marks = [(part.quality.value, part.sources) for part in parts]
    told = list(dict.fromkeys(marks))
    head = {"n": len(rows), "index": index, "marks": told}
    body = [_narrow(column) for column in columns]
    if len(told) > 1:
        body.append(_narrow([told.index(mark) for mark in marks]))
    widths = [width for width, _ in body]
    data = orjson.dumps({**head, "w": widths}) + b"\n" + b"".join(b for _, b in body)
    return zlib.compress(data, 6)


def unpack(meter: str, register: str, day_ms: int, data: bytes) -> list[Interval]:
    """Read a register's rows of one day."""
    line, _, rest = zlib.decompress(data).partition(b"\n")
    head = orjson.loads(line)
    count, columns = head["n"], []
    for width in head["w"]:
        size = count << width
        columns.append(np.frombuffer(rest[:size], dtype=f"<i{1 << width}").tolist())
        rest = rest[size:]
    minutes = np.cumsum(columns[0]).tolist()
    marks = columns[-1] if len(head["marks"]) > 1 else [0] * count
    rows = []
    for i, minute in enumerate(minutes):
        start_ms = day_ms + minute * MINUTE_MS
        quality, sources = head["marks"][marks[i]]
        slot = Slot(meter, register, Step.MIN1, start_ms, start_ms + MINUTE_MS)
        known = columns[1][i]
        if head["index"]:
            cells = (columns[2][i], known, None, None, None)
        else:
            mean = columns[2][i]
            weighted = mean * known + columns[3][i]
            cells = (None, known, weighted, mean + columns[4][i], mean + columns[5][i])
        rows.append(slot.row(Part(*cells, Quality(quality), sources), 1))
    return rows


def _narrow(values: Sequence[int]) -> tuple[int, bytes]:
    array = np.array(values, dtype=np.int64)
    for width in range(3):
        half = 1 << (8 * (1 << width) - 1)
        if -half <= array.min() and array.max() < half:
            return width, array.astype(f"<i{1 << width}").tobytes()
    return 3, array.tobytes()


def keep(
    database: Database, names: Names, meter: str, day_ms: int, rows: Iterable[Interval]
) -> None:
    """Keep a day's rows of a meter in place of those kept before; mark the day kept."""
    number, day = names.give(database, meter), day_ms // DAY_MS
    forget(database, names, meter, day_ms, day_ms + DAY_MS)
    by_register: dict[str, list[Interval]] = {}
    for row in rows:
        by_register.setdefault(row.register, []).append(row)
    for register, some in by_register.items():
        some.sort(key=lambda row: row.start_ms)
        place = key(day, number, names.give(database, register))
        body = pack(some, day_ms)
        database.execute("INSERT INTO minute VALUES (?, ?)", (place, body))
    # a day of silence is kept too: register 0 says that it has been looked at
    database.execute("INSERT INTO minute VALUES (?, x'')", (key(day, number, 0),))


def kept(
    database: Database, names: Names, meter: str, start_ms: int, end_ms: int
) -> set[int]:
    """Give the days kept whose rows may start in [start, end)."""
    number = names.find(database, meter)
    low, high = start_ms // DAY_MS, (end_ms - 1) // DAY_MS + 1
    rows = database.execute(
        "SELECT id FROM minute WHERE id >= ? AND id < ? AND id & 1048575 = ?",
        (
            max(low, 0) << PLACE_BITS,
            max(high, 0) << PLACE_BITS,
            (number or 0) << REGISTER_BITS,
        ),
    )
    return {place_of(place) * DAY_MS for (place,) in rows}


def forget(
    database: Database, names: Names, meter: str, start_ms: int, end_ms: int
) -> int:
    """Forget the days that meet [start, end); give the rows of the table gone."""
    number = names.find(database, meter)
    low, high = start_ms // DAY_MS, (end_ms - 1) // DAY_MS + 1
    rows = database.execute(
        "SELECT id FROM minute WHERE id >= ? AND id < ? AND id >> 12 & 255 = ?",
        (max(low, 0) << PLACE_BITS, max(high, 0) << PLACE_BITS, number),
    )
    for (place,) in rows:
        database.execute("DELETE FROM minute WHERE id = ?", (place,))
    return len(rows)


def read(  # noqa: PLR0913 - where, and what
    database: Database,
    names: Names,
    meter: str,
    register: str,
    start_ms: int,
    end_ms: int,
    limit: int,
) -> list[Interval]:
    """Give a register's rows that start in [start, end), at most `limit`."""
    number, wanted = names.find(database, meter), names.find(database, register)
    low, high = start_ms // DAY_MS, (end_ms - 1) // DAY_MS + 1
    if number is None or wanted is None:
        return []
    places = database.execute(
        "SELECT id FROM minute WHERE id >= ? AND id < ? AND id & 1048575 = ?"
        " ORDER BY id",
        (
            max(low, 0) << PLACE_BITS,
            max(high, 0) << PLACE_BITS,
            number << REGISTER_BITS | wanted,
        ),
    )
    found: list[Interval] = []
    for (place,) in places:
        ((body,),) = database.execute("SELECT body FROM minute WHERE id = ?", (place,))
        rows = unpack(meter, register, place_of(place) * DAY_MS, body)
        found += [row for row in rows if start_ms <= row.start_ms < end_ms]
        if len(found) >= limit:
            break
    return found[:limit]
