"""Rows of 30min and coarser: in and out of their clustered table, still ones apart."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise, starmap
from typing import Any, NamedTuple

from edge.interval import Interval, Step
from edge.journal.database import Database, Row
from edge.rollup.part import Part, Slot, part_of
from edge.stores.protocol import IntervalColumns
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


class Query(NamedTuple):
    """Which rows: of what, from when to when, at most how many."""

    meter: str
    register: str
    step: Step
    start_ms: int
    end_ms: int
    limit: int


def write(database: Database, names: Names, rows: Iterable[Interval]) -> None:
    """Write rows, each unless a later revision of it is there."""
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


def rows_of(database: Database, names: Names, query: Query) -> list[Row]:
    """Give the fields of the newest revision of each row, in time order."""
    meter = names.find(database, query.meter)
    register = names.find(database, query.register)
    if meter is None or register is None or query.step not in STEPS:
        return []
    step = STEPS[query.step]
    low, high = -(query.start_ms // -1000), -(query.end_ms // -1000)
    moved = database.execute(SELECT, (meter, register, step, low, high, query.limit))
    if register >= MEMBERS:
        return moved
    # newer revisions of one row may stand in either table: enough of both is read
    span = (low, high)
    still = database.execute(
        SELECT_STILL, (meter, step, *span, register, 2 * query.limit)
    )
    if not still:
        return moved
    if not moved and all(a[0] < b[0] for a, b in pairwise(still)):
        return still[: query.limit]
    return _newest(moved, still)[: query.limit]


def _newest(moved: list[Row], still: list[Row]) -> list[Row]:
    newest: dict[int, Row] = {}
    for row in (*still, *moved):
        standing = newest.get(row[0])
        if standing is None or row[-1] > standing[-1]:
            newest[row[0]] = row
    return [newest[start] for start in sorted(newest)]


def read(database: Database, names: Names, query: Query) -> list[Interval]:
    """Give rows as values."""

    def row(
        start: int, length: int, value: int | None, known: int, *rest: Any
    ) -> Interval:
        weighted, low, high, quality, sources, revision = rest
        slot = Slot(
            query.meter,
            query.register,
            query.step,
            start * 1000,
            (start + length) * 1000,
        )
        name = names.name(database, sources)
        part = Part(value, known, weighted, low, high, QUALITIES[quality], name)
        return slot.row(part, revision)

    return list(starmap(row, rows_of(database, names, query)))


def read_columns(database: Database, names: Names, query: Query) -> IntervalColumns:
    """Give rows in columns, without an object a row."""
    rows = rows_of(database, names, query)
    if not rows:
        return IntervalColumns()
    start, length, value, known, weighted, low, high, quality, sources, revision = map(
        list, zip(*rows, strict=True)
    )
    instant = any(one is not None for one in weighted)
    pairs = zip(weighted, known, strict=True)
    told = {number: names.name(database, number) for number in set(sources)}
    if instant:
        value = [
            v if w is None or not k else (2 * w + k) // (2 * k)
            for v, w, k in zip(value, weighted, known, strict=True)
        ]
    return IntervalColumns(
        start_ms=[at * 1000 for at in start],
        end_ms=[(at + span) * 1000 for at, span in zip(start, length, strict=True)],
        value=value,
        minimum=low,
        mean=[None if w is None or not k else w / k for w, k in pairs]
        if instant
        else weighted,
        maximum=high,
        coverage=[k / (1000 * span) for k, span in zip(known, length, strict=True)],
        quality=[QUALITIES[one].value for one in quality],
        sources=[told[one] for one in sources],
        revision=revision,
    )


def prune(
    database: Database, names: Names, meter: str, step: Step, before_ms: int
) -> int:
    """Forget the rows of a step that ended by an instant; give how many."""
    number, before = names.find(database, meter), before_ms // 1000
    where = "WHERE meter = ? AND step = ? AND start_s + length_s <= ?"
    gone = 0
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
