"""What was erased taken out of the journal: records, and the tables beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from edge.errors import DamagedRecord
from edge.event import Event
from edge.facts import Fact, FactKind
from edge.interval import Interval
from edge.journal.block import Block
from edge.journal.bodies import Span, decode
from edge.journal.database import Database, Row
from edge.journal.erased import Erased, Tombstones, erases
from edge.journal.imports import imported
from edge.journal.imports import said as said_by
from edge.journal.log import COLUMNS, LANES, Transaction, checksum, sound
from edge.journal.quarantine import quarantined
from edge.record import Baseline, Body
from edge.sample import Gap, Slice

ERASED = "erased"
"""Why nothing is known of a time: the owner had it erased."""

MET = "meter = ? AND start_ms < ? AND end_ms > ?"

Sift = Callable[[bytes], tuple[bytes | None, int]]
"""Gives what is left of what an import said, None for nothing, and how much went."""


def met(database: Database, stone: Erased) -> list[int]:
    """Find the records that speak of what was erased; reads the whole file."""
    rows = database.execute(
        f"SELECT seq FROM record WHERE {MET} ORDER BY seq",  # noqa: S608 - ours
        (_number(database, stone.meter), stone.end_ms, stone.start_ms),
    )
    return [int(seq) for (seq,) in rows]


def _number(database: Database, name: str) -> int:
    rows = database.execute("SELECT number FROM name WHERE name = ?", (name,))
    return int(rows[0][0]) if rows else -1


def erase_records(tx: Transaction, stone: Erased, seqs: Sequence[int]) -> int:
    """Take out of some records what was erased; give how many were changed.

    Each keeps its address: whoever has read up to it has read up to it.
    """
    changed = 0
    for seq in seqs:
        for row in tx.database.execute(
            f"SELECT {COLUMNS} FROM record WHERE seq = ?",  # noqa: S608 - ours
            (seq,),
        ):
            changed += _erase_record(tx, stone, row)
    tx.database.execute("INSERT OR REPLACE INTO mark VALUES ('seq', ?)", (tx.seq,))
    return changed


def _erase_record(tx: Transaction, stone: Erased, row: Row) -> bool:
    return rewritten(tx, stone.meter, row, lambda body: left_of(stone, body))


def rewritten(
    tx: Transaction, meter: str, row: Row, left_of: Callable[[Body], Body | None]
) -> bool:
    """Leave of a record what is told; tell whether that is less than it was."""
    seq, kind, lane, number, start_ms, end_ms, _, data = row
    span = Span(meter, start_ms, end_ms)
    body: Body | None = None
    left: Body | None = None
    with suppress(DamagedRecord):  # nobody can tell what such a one says: it goes
        body = decode(kind if sound(row) else 0, span, data, tx.log.names)
        left = left_of(body)
    if left is not None and left is body:
        return False
    if left is None:
        tx.database.execute("DELETE FROM record WHERE seq = ?", (seq,))
        return True
    entry = tx.log.entry(left, LANES[lane])
    crc = checksum(seq, kind, lane, number, entry.span, entry.data)
    tx.database.execute(
        "UPDATE record SET start_ms = ?, end_ms = ?, crc = ?, body = ? WHERE seq = ?",
        (entry.span.start_ms, entry.span.end_ms, crc, entry.data, seq),
    )
    return True


def left_of(  # noqa: PLR0911 - a line a kind of body
    stone: Erased, body: Body
) -> Body | None:
    """Give what is left of a body, itself where that is all, None for nothing."""
    if isinstance(body, Block):
        samples = body.samples()
        kept = [one for one in samples if not stone.holds(one.at_ms)]
        if len(kept) == len(samples):
            return body
        return Block.of(kept) if kept else None
    if isinstance(body, tuple):
        return _left_of_batch(stone, body)
    if isinstance(body, Event):
        return None if stone.holds(body.at_ms) else body
    if isinstance(body, Baseline):
        # else what came later would count from nowhere
        return None if stone.whole and stone.holds(body.at_ms) else body
    if isinstance(body, Gap):
        within = body.reason != ERASED and stone.covers(body.start_ms, body.end_ms)
        return None if within else body
    # the owner's word on how much that was
    return None if stone.meets(body.start_ms, body.end_ms) else body


def _left_of_batch(
    stone: Erased, body: tuple[Slice, ...] | tuple[Interval, ...]
) -> Body | None:
    slices = tuple(one for one in body if isinstance(one, Slice))
    if slices:
        left = Tombstones((stone,)).slices(slices)
        return body if left == slices else left or None
    rows = tuple(
        row
        for row in body
        if isinstance(row, Interval)
        and not stone.takes(row.register, row.start_ms, row.end_ms)
    )
    return body if len(rows) == len(body) else rows or None


def erase_beside(tx: Transaction, stone: Erased, sift: Sift) -> int:
    """Take it out of the tables beside the records; give how many rows went."""
    database, meter = tx.database, stone.meter
    gone = _delete(database, "quarantine", _refused(database, stone))
    gone += _delete(database, "fact", _facts(database, stone))
    number = _number(database, meter)
    gone += _counted(database, "damaged WHERE meter IS NULL OR meter = ?", number)
    if stone.end_ms >= stone.at_ms:  # undated, and heard by then: all of it
        gone += _counted(database, "held WHERE meter = ?", meter)
    if stone.whole:
        gone += _counted(database, "device WHERE meter = ?", meter)
    for one in imported(database):
        if meter in one.meters:
            gone += _sift(database, one.number, sift)
    return gone


def _refused(database: Database, stone: Erased) -> list[int]:
    return [
        one.number
        for one in quarantined(database, settled=True)
        if one.meter == stone.meter and stone.meets(one.first_ms, one.last_ms + 1)
    ]


def _facts(database: Database, stone: Erased) -> list[int]:
    rows = database.execute(
        "SELECT number, kind, start_ms, end_ms, origin FROM fact WHERE meter = ?",
        (stone.meter,),
    )
    return [
        number
        for number, kind, start_ms, end_ms, origin in rows
        if erases(stone, Fact(stone.meter, FactKind(kind), start_ms, end_ms, origin))
    ]


def _delete(database: Database, table: str, numbers: Sequence[int]) -> int:
    for number in numbers:
        database.execute(f"DELETE FROM {table} WHERE number = ?", (number,))  # noqa: S608 - ours
    return len(numbers)


def _counted(database: Database, what: str, *values: Any) -> int:
    database.execute(f"DELETE FROM {what}", values)  # noqa: S608 - ours
    ((count,),) = database.execute("SELECT changes()")
    return int(count)


def _sift(database: Database, number: int, sift: Sift) -> int:
    """Leave of what an import said what was not erased; an import of nothing goes."""
    left, gone = sift(said_by(database, number))
    if left is None:
        # its facts stand on their own from now on
        database.execute("UPDATE fact SET import = NULL WHERE import = ?", (number,))
        database.execute("DELETE FROM import WHERE number = ?", (number,))
    elif gone:
        database.execute("UPDATE import SET said = ? WHERE number = ?", (left, number))
    return gone


def sift_memory(tx: Transaction, consumer: str, sift: Callable[[bytes], bytes]) -> None:
    """Change what a consumer remembers."""
    for (state,) in tx.database.execute(
        "SELECT state FROM memory WHERE consumer = ?", (consumer,)
    ):
        tx.database.execute(
            "UPDATE memory SET state = ? WHERE consumer = ?",
            (sift(bytes(state)), consumer),
        )
