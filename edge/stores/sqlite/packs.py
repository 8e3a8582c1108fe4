"""Thirty days of a register's half-hours or hours packed: the fast way to many rows.

The rows of the interval table are the truth, for whoever reads them by SQL; a pack is
a copy of those of one period, made once the period is over and has settled, dropped
when one of its rows is revised. 52,608 rows are then 37 blobs, not 52,608 steps.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from edge.interval import Interval, Step
from edge.journal.database import Database, Row
from edge.stores.sqlite.names import STEPS, Names

PERIOD_S = 30 * 24 * 3600
SETTLED_S = 2 * 24 * 3600
PACKED = (Step.MIN30, Step.HOUR)
IS_LOOSE = (
    "SELECT 1 FROM loose WHERE meter = ? AND register = ? AND step = ? AND period = ?"
)
LOOSEN = "INSERT INTO loose (meter, register, step, period) VALUES (?, ?, ?, ?)"
TIGHTEN = (
    "DELETE FROM loose WHERE meter = ? AND register = ? AND step = ? AND period = ?"
)
UNPACK = "DELETE FROM pack WHERE meter = ? AND register = ? AND step = ? AND period = ?"
FIELDS = 10
"""Of a row: start, length, value, known, weighted, minimum, maximum, quality, sources,
revision; as edge.stores.sqlite.intervals gives them."""


class Table(NamedTuple):
    """Rows in columns of int64, each with where it is None (None for nowhere)."""

    columns: list[NDArray[np.int64]]
    none: list[NDArray[np.bool_] | None]

    def between(self, low_s: int, high_s: int) -> Table:
        """Keep the rows that start in [low, high)."""
        start, stop = np.searchsorted(self.columns[0], (low_s, high_s))
        if start == 0 and stop == len(self.columns[0]):
            return self
        return Table(
            [column[start:stop] for column in self.columns],
            [None if mask is None else mask[start:stop] for mask in self.none],
        )


def table(rows: list[Row]) -> Table:
    """Put rows in columns."""
    columns: list[NDArray[np.int64]] = []
    none: list[NDArray[np.bool_] | None] = []
    cells = zip(*rows, strict=True) if rows else [()] * FIELDS
    for cell in cells:
        if None in cell:
            mask = np.array([one is None for one in cell], dtype=bool)
            none.append(mask)
            columns.append(np.array([one or 0 for one in cell], dtype=np.int64))
        else:
            none.append(None)
            columns.append(np.array(cell, dtype=np.int64))
    return Table(columns, none)


def concatenate(tables: list[Table]) -> Table:
    """Join tables that follow each other."""
    if len(tables) == 1:
        return tables[0]
    columns = [
        np.concatenate(some) for some in zip(*(t.columns for t in tables), strict=True)
    ]
    none: list[NDArray[np.bool_] | None] = []
    for place in range(FIELDS):
        masks = [t.none[place] for t in tables]
        if all(mask is None for mask in masks):
            none.append(None)
            continue
        sizes = [len(t.columns[0]) for t in tables]
        filled = [
            np.zeros(size, dtype=bool) if mask is None else mask
            for mask, size in zip(masks, sizes, strict=True)
        ]
        none.append(np.concatenate(filled))
    return Table(columns, none)


def pack(rows: Table) -> bytes:
    """Write a table."""
    body, widths, masks = [], [], []
    for column, mask in zip(rows.columns, rows.none, strict=True):
        steps = np.diff(column, prepend=0)
        width = _width(steps)
        widths.append(width)
        body.append(steps.astype(f"<i{1 << width}").tobytes())
        if mask is None or mask.all():
            masks.append(0 if mask is None else 2)
        else:
            masks.append(1)
            body.append(np.packbits(mask).tobytes())
    head = {"n": len(rows.columns[0]), "w": widths, "none": masks}
    return zlib.compress(orjson.dumps(head) + b"\n" + b"".join(body), 6)


def unpack(data: bytes) -> Table:
    """Read a table."""
    line, _, rest = zlib.decompress(data).partition(b"\n")
    head: dict[str, Any] = orjson.loads(line)
    count, at = head["n"], 0
    columns: list[NDArray[np.int64]] = []
    none: list[NDArray[np.bool_] | None] = []
    for width, masked in zip(head["w"], head["none"], strict=True):
        steps = np.frombuffer(rest, dtype=f"<i{1 << width}", count=count, offset=at)
        at += count << width
        columns.append(np.cumsum(steps, dtype=np.int64))
        if masked == 1:
            size = (count + 7) // 8
            bits = np.frombuffer(rest, dtype=np.uint8, count=size, offset=at)
            at += size
            none.append(np.unpackbits(bits, count=count).astype(bool))
        else:
            none.append(np.ones(count, dtype=bool) if masked else None)
    return Table(columns, none)


def _width(values: NDArray[np.int64]) -> int:
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    for width in range(3):
        half = 1 << (8 * (1 << width) - 1)
        if -half <= low and high < half:
            return width
    return 3


def touch(database: Database, names: Names, rows: Iterable[Interval]) -> None:
    """Note the periods that these rows belong to: their packs are no longer true."""
    touched = {
        (row.meter, row.register, row.step, row.start_ms // 1000 // PERIOD_S)
        for row in rows
        if row.step in PACKED
    }
    for meter, register, step, period in touched:
        slot = (names.give(database, meter), names.give(database, register))
        place = (*slot, STEPS[step], period)
        if not database.execute(IS_LOOSE, place):
            database.execute(LOOSEN, place)
            database.execute(UNPACK, place)


def settled(database: Database) -> list[tuple[int, int, int, int]]:
    """Give the periods that are over and not packed."""
    found = []
    for meter, step, last in database.execute(
        "SELECT meter, step, max(period) FROM loose GROUP BY meter, step"
    ):
        newest = _newest_s(database, meter, step, last)
        over = (newest - SETTLED_S) // PERIOD_S
        found += database.execute(
            "SELECT meter, register, step, period FROM loose"
            " WHERE meter = ? AND step = ? AND period < ?",
            (meter, step, over),
        )
    return [(row[0], row[1], row[2], row[3]) for row in found]


def _newest_s(database: Database, meter: int, step: int, period: int) -> int:
    """Give where the newest row of a meter's latest period starts."""
    ((register,),) = database.execute(
        "SELECT max(register) FROM loose WHERE meter = ? AND step = ? AND period = ?",
        (meter, step, period),
    )
    start = period * PERIOD_S
    rows = database.execute(
        "SELECT max(start_s) FROM interval"
        " WHERE meter = ? AND register = ? AND step = ? AND start_s >= ?"
        " UNION ALL SELECT max(start_s) FROM still"
        " WHERE meter = ? AND step = ? AND start_s >= ?",
        (meter, register, step, start, meter, step, start),
    )
    return max((row[0] for row in rows if row[0] is not None), default=start)


def keep(database: Database, place: tuple[int, int, int, int], rows: list[Row]) -> None:
    """Pack the rows of a period."""
    database.execute(TIGHTEN, place)
    if rows:
        database.execute(
            "INSERT OR REPLACE INTO pack VALUES (?, ?, ?, ?, ?)",
            (*place, pack(table(rows))),
        )


def read(
    database: Database, slot: tuple[int, int, int], low_s: int, high_s: int
) -> dict[int, Table]:
    """Give the packs that meet [low, high), by their period."""
    rows = database.execute(
        "SELECT period, body FROM pack WHERE meter = ? AND register = ? AND step = ?"
        " AND period >= ? AND period <= ? ORDER BY period",
        (*slot, low_s // PERIOD_S, (high_s - 1) // PERIOD_S),
    )
    return {period: unpack(body).between(low_s, high_s) for period, body in rows}
