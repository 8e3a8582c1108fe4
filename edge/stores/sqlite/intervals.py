"""Rows of 30min and coarser: in and out of their clustered table, still ones apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.interval import Interval, Step
from edge.journal.database import Database, Row
from edge.rollup.part import part_of
from edge.stores.protocol import IntervalColumns
from edge.stores.sqlite import packs
from edge.stores.sqlite.names import (
    MEMBERS,
    QUALITIES,
    QUALITY_NUMBERS,
    STEPS,
    Names,
)

INSERT = (
    "INSERT INTO interval VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET length_s = excluded.length_s,"
    " value = excluded.value, known_ms = excluded.known_ms,"
    " weighted = excluded.weighted, minimum = excluded.minimum,"
    " maximum = excluded.maximum, quality = excluded.quality,"
    " sources = excluded.sources, revision = excluded.revision"
    " WHERE excluded.revision >= revision"
)
INSERT_STILL = (
    "INSERT INTO still VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
    " SET members = members | excluded.members"
    " WHERE members | excluded.members != members"
)
FIELDS = (
    "start_s, length_s, value, known_ms, weighted, minimum, maximum, quality, sources,"
    " revision"
)
SELECT = (
    f"SELECT {FIELDS} FROM interval WHERE meter = ? AND register = ? AND step = ?"  # noqa: S608 - our own words
    " AND start_s >= ? AND start_s < ? ORDER BY start_s LIMIT ?"
)
SELECT_STILL = (
    "SELECT start_s, length_s, 0, known_ms, NULL, NULL, NULL, quality, sources,"
    " revision FROM still WHERE meter = ? AND step = ? AND start_s >= ? AND start_s < ?"
    " AND members >> ? & 1 ORDER BY start_s LIMIT ?"
)


ALL_ROWS = 1 << 30


class Query(NamedTuple):
    """Which rows: of what, from when to when, at most how many."""

    meter: str
    register: str
    step: Step
    start_ms: int
    end_ms: int
    limit: int


def write(database: Database, names: Names, rows: Sequence[Interval]) -> None:
    """Write rows, each unless a later revision of it is there."""
    packs.touch(database, names, rows)
    for row in rows:
        part = part_of(row)
        meter, register = (
            names.give(database, row.meter),
            names.give(database, row.register),
        )
        start_s = row.start_ms // 1000
        length_s = (row.end_ms - row.start_ms) // 1000
        quality, sources = (
            QUALITY_NUMBERS[row.quality],
            names.give(database, row.sources),
        )
        step = STEPS[row.step]
        if part.value == 0 and register < MEMBERS:
            still = (meter, step, start_s, length_s, part.known_ms)
            mark = (quality, sources, row.revision, 1 << register)
            database.execute(INSERT_STILL, (*still, *mark))
        else:
            slot = (meter, register, step, start_s, length_s, part.value)
            told = (part.known_ms, part.weighted, part.minimum, part.maximum)
            database.execute(INSERT, (*slot, *told, quality, sources, row.revision))


class Place(NamedTuple):
    """A query in numbers: whose rows, from which second to which."""

    meter: int
    register: int
    step: int
    low_s: int
    high_s: int


def place_of(database: Database, names: Names, query: Query) -> Place | None:
    """Give a query in numbers; None when nothing was ever kept of it."""
    meter = names.find(database, query.meter)
    register = names.find(database, query.register)
    if meter is None or register is None:
        return None
    low_s, high_s = -(query.start_ms // -1000), -(query.end_ms // -1000)
    return Place(meter, register, STEPS[query.step], low_s, high_s)


def rows_of(database: Database, place: Place, limit: int) -> list[Row]:
    """Give the fields of the newest revision of each row, in time order."""
    meter, register, step, low, high = place
    moved = database.execute(SELECT, (meter, register, step, low, high, limit))
    if register >= MEMBERS:
        return moved
    # newer revisions of one row may stand in either table: enough of both is read
    still = database.execute(
        SELECT_STILL, (meter, step, low, high, register, 2 * limit)
    )
    if not still:
        return moved
    if not moved and all(a[0] < b[0] for a, b in pairwise(still)):
        return still[:limit]
    return _newest(moved, still)[:limit]


def _newest(moved: list[Row], still: list[Row]) -> list[Row]:
    newest: dict[int, Row] = {}
    for row in (*still, *moved):
        standing = newest.get(row[0])
        if standing is None or row[-1] > standing[-1]:
            newest[row[0]] = row
    return [newest[start] for start in sorted(newest)]


def pack_settled(database: Database) -> None:
    """Pack what is over."""
    for meter, register, step, period in packs.settled(database):
        start = period * packs.PERIOD_S
        place = Place(meter, register, step, start, start + packs.PERIOD_S)
        rows = rows_of(database, place, ALL_ROWS)
        packs.keep(database, (meter, register, step, period), rows)


def read_columns(database: Database, names: Names, query: Query) -> IntervalColumns:
    """Give rows in columns, without an object a row: packs, and what lies between."""
    place = place_of(database, names, query)
    if place is None:
        return IntervalColumns()
    kept = packs.read(database, place[:3], place.low_s, place.high_s)
    tables: list[packs.Table] = []
    count, low = 0, place.low_s
    for period, rows in (*kept.items(), (None, None)):
        high = place.high_s if period is None else period * packs.PERIOD_S
        if low < high and count < query.limit:
            span = place._replace(low_s=low, high_s=high)
            loose = rows_of(database, span, query.limit - count)
            tables += [packs.table(loose)] if loose else []
            count += len(loose)
        if rows is not None and period is not None:
            tables.append(rows)
            count += len(rows.columns[0])
            low = (period + 1) * packs.PERIOD_S
    if not count:
        return IntervalColumns()
    return _told(database, names, packs.concatenate(tables)).first(query.limit)


def _told(database: Database, names: Names, rows: packs.Table) -> IntervalColumns:
    """Give a table in the words of edge.interval."""
    start, length, value, known, weighted, low, high, quality, sources, revision = (
        rows.columns
    )
    none = rows.none
    told = {int(one): names.name(database, int(one)) for one in np.unique(sources)}
    means: list[float | None] = [None] * len(start)
    values = _cells(value, none[2])
    if none[4] is None or not none[4].all():
        measured = known > 0 if none[4] is None else (known > 0) & ~none[4]
        safe = np.maximum(known, 1)
        means = _cells(weighted / safe, ~measured)
        rounded = np.where(measured, (2 * weighted + safe) // (2 * safe), value)
        values = _cells(rounded, ~measured if none[2] is None else none[2] & ~measured)
    return IntervalColumns(
        start_ms=(start * 1000).tolist(),
        end_ms=((start + length) * 1000).tolist(),
        value=values,
        minimum=_cells(low, none[5]),
        mean=means,
        maximum=_cells(high, none[6]),
        coverage=(known / (1000 * length)).tolist(),
        quality=_words(quality, dict(enumerate(one.value for one in QUALITIES))),
        sources=_words(sources, told),
        revision=revision.tolist(),
    )


def _cells(values: NDArray[Any], none: NDArray[np.bool_] | None) -> list[Any]:
    if none is None or not none.any():
        return list(values.tolist())
    if none.all():
        return [None] * len(values)
    cells = values.tolist()
    for place in np.nonzero(none)[0].tolist():
        cells[place] = None
    return list(cells)


def _words(numbers: NDArray[np.int64], told: Mapping[int, str]) -> list[str]:
    first = int(numbers[0])
    if (numbers == first).all():
        return [told[first]] * len(numbers)
    return [told[number] for number in numbers.tolist()]


def read(database: Database, names: Names, query: Query) -> list[Interval]:
    """Give rows as values."""
    columns = read_columns(database, names, query)
    return columns.rows(query.meter, query.register, query.step)


def prune(
    database: Database, names: Names, meter: str, step: Step, before_ms: int
) -> int:
    """Forget the rows of a step that ended by an instant; give how many."""
    number, before = names.find(database, meter), before_ms // 1000
    where = "WHERE meter = ? AND step = ? AND start_s + length_s <= ?"
    gone = 0
    database.execute(
        "INSERT OR IGNORE INTO loose SELECT meter, step, period, register FROM pack"
        " WHERE meter = ? AND step = ? AND period = ?",
        (number, STEPS[step], before // packs.PERIOD_S),
    )
    database.execute(
        "DELETE FROM pack WHERE meter = ? AND step = ? AND period <= ?",
        (number, STEPS[step], before // packs.PERIOD_S),
    )
    for table in ("interval", "still"):
        ((count,),) = database.execute(
            f"SELECT count(*) FROM {table} {where}",  # noqa: S608 - our own two words
            (number, STEPS[step], before),
        )
        database.execute(
            f"DELETE FROM {table} {where}",  # noqa: S608 - same
            (number, STEPS[step], before),
        )
        gone += count
    return gone
