"""What can still be read of a database that was set aside, taken over into the new one.

Best effort, and never in the way of a start: what no consumer had read yet, the owner's
words, devices, the quarantine, imports, facts, what waits for a date, and where each
consumer was. What the owner had erased is looked for again, everywhere.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from edge.errors import EdgeError, JournalError
from edge.event import Event, EventKind
from edge.journal.block import Block
from edge.journal.bodies import LASTING, Kind, Span
from edge.journal.database import Connect, Database, Row
from edge.journal.held import holding
from edge.journal.log import COLUMNS, LANES, Entry, Log, Transaction, sound
from edge.record import Address, Lane
from edge.sample import Value

logger = logging.getLogger(__name__)

HOME = "home"
"""The meter of events that are of none: the journal's own."""
OVERLAP = 200
"""Records before the first unread one: they hold each meter's last words."""
MOST = 20_000
"""More than this is left to the owner: the service must start on."""
STUMBLES = 200
TABLES = {
    "device": "number, meter, identifier, from_ms, to_ms, confirmed",
    "quarantine": "number, meter, register, reason, device, verdict, entry",
    "import": "number, at_ms, undone_ms, entry, said",
    "fact": "number, meter, kind, start_ms, end_ms, origin, import, entry",
    "erased": "number, meter, start_ms, end_ms, at_ms, places",
}


def salvage(log: Log, aside: Path, connect: Connect, reason: str) -> None:
    """Take over what can be read, and tell in the same transaction what was done.

    The event names the file, how many records were taken over, how many could not be.
    """
    old = None
    with suppress(EdgeError):
        old = connect(aside, read_only=True)
    counts: dict[str, Value] = {"salvaged": 0}

    def take_over(tx: Transaction) -> None:
        if old is not None:
            counts.update(_take_over(tx, old))

    def tell(tx: Transaction) -> None:
        detail: dict[str, Value] = {"set_aside": aside.name, "reason": reason}
        event = Event(HOME, tx.now_ms, EventKind.STORE, detail | counts)
        tx.append(event, Lane.PRESENT)

    try:
        taken, _ = log.transact((), [take_over, tell])
    finally:
        if old is not None:
            old.close()
    if taken.error is not None:
        logger.warning("little is taken over from %s: %s", aside.name, taken.error)


def _take_over(tx: Transaction, old: Database) -> dict[str, int]:
    names = {row[0]: row[1] for row in _rows(old, "SELECT number, name FROM name")}
    for table, columns in TABLES.items():
        marks = ", ".join("?" for _ in columns.split(","))
        for row in _rows(old, f"SELECT {columns} FROM {table}"):  # noqa: S608 - ours
            with suppress(JournalError):  # a damaged row breaks the table's rules
                tx.database.execute(
                    f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608 - ours
                    row,
                )
    tx.database.execute("UPDATE erased SET finished_ms = NULL, places = '{}'")
    tx.log.obey()
    _held(tx, old, names)
    places = [
        row
        for row in _rows(old, "SELECT consumer, lane, seq FROM cursor")
        if isinstance(row[0], str) and row[1] in (0, 1) and isinstance(row[2], int)
    ]
    top = next(_rows(old, "SELECT max(seq) FROM record"), (0,))[0] or 0
    first = min((_unread(old, lane, seq, top) for _, lane, seq in places), default=top)
    after = max(0, first - OVERLAP, top - MOST)
    moved: dict[int, int] = {}
    lost = 0
    kinds = ", ".join(str(int(kind)) for kind in LASTING)
    early = _rows(
        old,
        f"SELECT {COLUMNS} FROM record WHERE seq <= {after} AND kind IN ({kinds})"  # noqa: S608 - numbers
        " ORDER BY seq",
    )
    for row in (*early, *_records(old, after, top)):
        address = _append(tx, row, names)
        if address is None:
            lost += 1
        else:
            moved[row[0]] = address.seq
    _places(tx, places, moved)
    for row in _rows(old, "SELECT consumer, state FROM memory"):
        tx.database.execute("INSERT OR IGNORE INTO memory VALUES (?, ?)", row)
    return {"salvaged": len(moved), "unreadable": lost}


def _unread(old: Database, lane: int, seq: int, top: int) -> int:
    """Give the seq of the first record that a cursor has still before it."""
    sql = f"SELECT min(seq) FROM record WHERE seq > {seq} AND lane = {lane}"  # noqa: S608 - numbers
    return next(_rows(old, sql), (seq,))[0] or top


def _append(tx: Transaction, row: Row, names: dict[int, str]) -> Address | None:
    """Append a sound record, its names numbered anew; None for any other."""
    if not sound(row) or row[3] not in names:
        return None
    _, kind, lane, number, start_ms, end_ms, _, data = row
    span = Span(names[number], start_ms, end_ms)
    if kind == Kind.BLOCK:
        try:
            samples = Block(*span, data, names).samples()
        except JournalError:
            return None
        return tx.log.block(samples, LANES[lane]).write(tx)
    return Entry(kind, lane, span, data).write(tx)


def _held(tx: Transaction, old: Database, names: dict[int, str]) -> None:
    for meter, boot_id, start_ms, end_ms, body in _rows(
        old, "SELECT meter, boot_id, start_ms, end_ms, body FROM held"
    ):
        try:
            samples = Block(meter, start_ms, end_ms, body, names).samples()
        except JournalError:
            continue
        holding(tx.log, samples, boot_id).write(tx)


def _places(tx: Transaction, places: list[Row], moved: dict[int, int]) -> None:
    """Put each consumer where it stood among what was taken over."""
    before = sorted(moved)
    for consumer, lane, seq in places:
        index = bisect_right(before, seq)
        mine = moved[before[index - 1]] if index else 0
        epoch = tx.log.epochs.epochs[-1] if index else 0
        tx.database.execute(
            "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?)",
            (consumer, lane, epoch, mine),
        )


def _rows(old: Database, sql: str) -> Iterator[Row]:
    """Give a small table's rows, or none when it can't be read."""
    try:
        yield from old.execute(sql)
    except EdgeError as error:
        logger.warning("not taken over: %s", error)


def _records(old: Database, after: int, top: int) -> Iterator[Row]:
    """Give records in order, stepping over pages that can't be read."""
    step, stumbles = 64, 0
    while after < top and stumbles < STUMBLES:
        try:
            rows = old.execute(
                f"SELECT {COLUMNS} FROM record WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - ours
                (after, step),
            )
        except EdgeError:
            stumbles += 1
            after, step = (after + 1, 1) if step == 1 else (after, 1)
            continue
        if not rows:
            return
        yield from rows
        after, step = rows[-1][0], min(64, step * 2)
