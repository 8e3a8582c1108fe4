"""Pulse counts, which are ours alone: durable before anyone is shown them.

One small database, `pulses.db`, in the data directory: each count is one row, and what
was counted since that was written stands in a file of slots beside it. Both are on the
disk before a write of them returns.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge.errors import DamagedDatabase, DiskFull, NewerSchema
from edge.journal.database import Connect, Database, SqliteDatabase
from edge.journal.file import prepare, set_aside, sync_directory, verify, wall_ms
from edge.sources.pulses.slots import Counted, Slots
from edge.sources.settable import Span

FILE = "pulses.db"
SLOTS = "pulses-{}.slots"
"""A meter's pulses since the database's last word on it: not in a backup, which has
that word, and counts what came after as missed."""

VERSION = 1
SCHEMA = (
    """CREATE TABLE count (
        meter TEXT PRIMARY KEY,
        index_ml INTEGER NOT NULL,
        pulses INTEGER NOT NULL,
        seen_ms INTEGER NOT NULL
    ) WITHOUT ROWID""",
    # since the index was last set: what was missed was missed then
    """CREATE TABLE uncounted (
        meter TEXT NOT NULL,
        start_ms INTEGER NOT NULL,
        end_ms INTEGER NOT NULL
    )""",
    "CREATE INDEX uncounted_meter ON uncounted (meter)",
    f"PRAGMA user_version={VERSION}",
)


@dataclass(frozen=True, slots=True)
class Count:
    """Where a meter's count stands: its index in ml, all pulses ever, and when."""

    index_ml: int
    pulses: int
    seen_ms: int


class PulseCounts:
    """The file of counts; everything here blocks for as long as the disk takes."""

    def __init__(self, path: Path, connect: Connect = SqliteDatabase) -> None:
        """Open the file, made when there is none.

        A damaged one is set aside and a new one begun. Raises DiskFull, NewerSchema.
        """
        self.set_aside: Path | None = None
        self._directory = path.parent
        self._slots: dict[str, Slots] = {}
        self._bases: dict[str, Count] = {}
        try:
            self._database = _open(path, connect)
        except DamagedDatabase:
            self.set_aside = set_aside(path, wall_ms())
            self._database = _open(path, connect)

    def load(self, meter: str) -> Count | None:
        """Give where a meter's count stands; None: it has none yet."""
        base = self._base(meter)
        if base is None:
            return None
        found = self._slots_of(meter).read(base.pulses, base.seen_ms)
        return base if found is None else Count(*found[2:])

    def save(self, meter: str, count: Count) -> None:
        """Have a count on the disk, by one write; raise DiskFull, and then it isn't.

        A meter of which the database has nothing yet is begun in it.
        """
        base = self._bases.get(meter) or self._base(meter)
        if base is None:
            self.settle(meter, count)
            return
        slots = self._slots_of(meter)
        if meter not in self._bases:
            slots.read(base.pulses, base.seen_ms)  # which of them may be written over
            self._bases[meter] = base
        word = (base.pulses, base.seen_ms)
        slots.write(Counted(*word, count.index_ml, count.pulses, count.seen_ms))

    def settle(self, meter: str, count: Count) -> None:
        """Have it in the database itself: the slots of before are of no more use."""
        self._bases.pop(meter, None)
        self._database.execute(
            "INSERT INTO count VALUES (?, ?, ?, ?) ON CONFLICT (meter) DO UPDATE SET"
            " index_ml=excluded.index_ml, pulses=excluded.pulses,"
            " seen_ms=excluded.seen_ms",
            (meter, count.index_ml, count.pulses, count.seen_ms),
        )

    def _base(self, meter: str) -> Count | None:
        """Give the database's own word."""
        rows = self._database.execute(
            "SELECT index_ml, pulses, seen_ms FROM count WHERE meter=?", (meter,)
        )
        return Count(*rows[0]) if rows else None

    def _slots_of(self, meter: str) -> Slots:
        if meter not in self._slots:
            self._slots[meter] = Slots(self._directory / SLOTS.format(meter))
        return self._slots[meter]

    def resume(self, meter: str, span: Span, count: Count) -> None:
        """Go on with a count, and note a time in which nothing was counted: both.

        Cut in between, the next to go on would note the same time again.
        """
        with self._together():
            self._database.execute(
                "INSERT INTO uncounted VALUES (?, ?, ?)", (meter, *span)
            )
            self.settle(meter, count)

    def uncounted(self, meter: str) -> tuple[Span, ...]:
        """Give the times in which nothing was counted since the index was set."""
        rows = self._database.execute(
            "SELECT start_ms, end_ms FROM uncounted WHERE meter=? ORDER BY start_ms",
            (meter,),
        )
        return tuple(Span(*row) for row in rows)

    def set(self, meter: str, count: Count) -> None:
        """Set a count anew: what was missed before it is settled by it."""
        with self._together():
            self._database.execute("DELETE FROM uncounted WHERE meter=?", (meter,))
            self.settle(meter, count)

    @contextmanager
    def _together(self) -> Iterator[None]:
        """Have what is written within on the disk whole, or nothing of it."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the files."""
        for slots in self._slots.values():
            slots.close()
        self._slots.clear()
        self._database.close()


def _open(path: Path, connect: Connect) -> Database:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise DiskFull(f"{path} can't be made: {error.strerror}") from error
    database = connect(path)
    try:
        prepare(database)
        _migrate(database, path.name)
        verify(database)
    except BaseException:
        database.close()
        raise
    sync_directory(path.parent)
    return database


def _migrate(database: Database, name: str) -> None:
    if _version(database) > VERSION:
        raise NewerSchema(
            f"{name} was written by a newer Relevé",
            hint="install that version again, or a newer one",
        )
    if _version(database) < VERSION:
        database.execute("BEGIN IMMEDIATE")
        # the home's other meter may have made it meanwhile
        for statement in SCHEMA if _version(database) < VERSION else ():
            database.execute(statement)
        database.execute("COMMIT")


def _version(database: Database) -> int:
    ((version,),) = database.execute("PRAGMA user_version")
    return int(version)
