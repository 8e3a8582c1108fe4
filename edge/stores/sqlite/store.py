"""The embedded store: one SQLite file that repeats the journal, to be asked."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from edge.calendar import DAY_MS
from edge.errors import DamagedDatabase, DiskFull, JournalError, StoreError
from edge.interval import Interval, Point, Step
from edge.journal.block import Block
from edge.journal.database import Database, SqliteDatabase
from edge.journal.erased import Erased
from edge.journal.file import prepare, set_aside, verify
from edge.journal.migration import roll_back
from edge.journal.schema import PAGE_SIZE
from edge.record import Address, Baseline, Correction, Record
from edge.rollup.points import points
from edge.rollup.track import Track, join
from edge.sample import Slice
from edge.stores.protocol import IntervalColumns, StoreHealth
from edge.stores.sqlite import erasing, intervals, minutes, raw, words
from edge.stores.sqlite.names import Names
from edge.stores.sqlite.schema import migrate

FILE = "store.db"
CLOSING_S = 1.0
P = ParamSpec("P")
R = TypeVar("R")


class SqliteStore:
    """A Store in one file; any thread may read, one at a time projects.

    `set_aside` names the damaged file that this one stands in for, if there was one:
    its cursor is None then, and the projector begins again at the journal's start.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set_aside: Path | None = None
        self._writing = threading.Lock()
        self._reading = threading.local()
        self._readers: list[tuple[Database, threading.Lock]] = []
        try:
            self._database = self._open()
        except DamagedDatabase:
            self.set_aside = set_aside(path, time.time_ns() // 1_000_000)
            self._database = self._open()
        self._names = Names()
        self._names.load(self._database)

    def _open(self) -> Database:
        wal = self.path.with_name(self.path.name + "-wal")
        unclean = wal.exists() and wal.stat().st_size > 0
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        database = SqliteDatabase(self.path)
        try:
            # NORMAL: a power cut may undo the last projections, whole, and the cursor
            # with them, since it is in the same file: the journal tells them again.
            database.execute(f"PRAGMA page_size={PAGE_SIZE}")
            database.execute("PRAGMA auto_vacuum=INCREMENTAL")  # before all tables
            prepare(database, synchronous="NORMAL")
            migrate(database)
            if unclean:
                verify(database)
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def _transaction(self) -> Iterator[Database]:
        """Write all or nothing; a StoreError or DiskFull leaves things as they were."""
        with self._writing:
            database = self._database
            try:
                database.execute("BEGIN IMMEDIATE")
                yield database
                database.execute("COMMIT")
            except BaseException as error:
                roll_back(database)
                self._names.load(database)
                if isinstance(error, JournalError) and not isinstance(error, DiskFull):
                    raise StoreError(
                        f"the store can't be written: {error.message}",
                        hint="it is rebuilt from the journal at the next start",
                    ) from error
                raise

    def _ask(
        self,
        question: Callable[Concatenate[Database, Names, P], R],
        *arguments: P.args,
        **named: P.kwargs,
    ) -> R:
        """Ask on this thread's own read-only connection."""
        try:
            if not hasattr(self._reading, "database"):
                database = SqliteDatabase(self.path, read_only=True)
                database.execute("PRAGMA cache_size=-4096")
                self._reading.database, self._reading.names = database, Names()
                self._reading.asking = threading.Lock()
                self._readers.append((database, self._reading.asking))
            with self._reading.asking:
                return question(
                    self._reading.database, self._reading.names, *arguments, **named
                )
        except JournalError as error:
            raise StoreError(f"the store can't be read: {error.message}") from error

    def project(self, records: Sequence[Record]) -> None:
        """Write what these records say, and up to where, in one transaction."""
        if not records:
            return
        heard: dict[str, list[Track]] = {}
        with self._transaction() as database:
            for record in records:
                body = record.body
                if isinstance(body, Block):
                    heard.setdefault(body.meter, []).append(Track.of(body))
                elif isinstance(body, tuple):
                    self._batch(database, body)
                else:
                    words.write(database, self._names, record)
                    if isinstance(body, Baseline):
                        self._doubt(database, body.meter, body.at_ms, body.at_ms + 1)
            for meter, tracks in heard.items():
                for track in together(tracks):
                    self._hear(database, meter, track)
            intervals.pack_settled(database)
            last = max(record.address for record in records)
            cursor = _cursor(database, self._names)
            if cursor is None or cursor < last:
                self._note(database, "epoch", last.epoch)
                self._note(database, "seq", last.seq)

    def _batch(
        self, database: Database, body: tuple[Slice, ...] | tuple[Interval, ...]
    ) -> None:
        if body and isinstance(body[0], Interval):
            rows = [row for row in body if isinstance(row, Interval)]
            intervals.write(database, self._names, rows)
            # those of a home that moved here stand on no reading
            for meter, register in {(row.meter, row.register) for row in rows}:
                self._spoken(database, meter, (register,))
        else:
            slices = tuple(one for one in body if isinstance(one, Slice))
            words.write_slices(database, self._names, slices)
            for meter, register in {(one.meter, one.register) for one in slices}:
                self._spoken(database, meter, (register,))

    def _hear(self, database: Database, meter: str, track: Track) -> None:
        names = self._names
        self._spoken(database, meter, track.columns)
        first, last = int(track.instants[0]), int(track.instants[-1]) + 1
        self._doubt(database, meter, first, last)
        raw.write(database, names, track)

    def _spoken(self, database: Database, meter: str, registers: Iterable[str]) -> None:
        """Note the registers that a meter was heard of."""
        number = self._names.give(database, meter)
        for name in registers:
            database.execute(
                "INSERT OR IGNORE INTO heard VALUES (?, ?)",
                (number, self._names.give(database, name)),
            )

    def _doubt(
        self, database: Database, meter: str, start_ms: int, end_ms: int
    ) -> None:
        """Forget the minutes that news of [start, end) may change, up to neighbours."""
        around = raw.hours_around(database, self._names, meter, start_ms, end_ms)
        low = max(around[0], _pruned_ms(database, self._names, meter))
        minutes.forget(database, self._names, meter, low, max(around[1], low + 1))

    def _note(self, database: Database, name: str, value: int) -> None:
        database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def cursor(self) -> Address | None:
        """Give the address of the last record projected."""
        return self._ask(_cursor)

    def rewind(self) -> None:
        """Forget the cursor: all that the journal has is projected again, over this."""
        with self._transaction() as database:
            database.execute("DELETE FROM meta WHERE name IN ('epoch', 'seq')")

    def meters(self) -> dict[str, tuple[str, ...]]:
        """Give the registers that each meter was ever heard of."""
        return self._ask(_meters)

    def track(
        self,
        meter: str,
        start_ms: int,
        end_ms: int,
        registers: Sequence[str] | None = None,
    ) -> Track:
        """Give what a meter said over [start, end), while raw is kept."""
        return self._ask(raw.read, meter, start_ms, end_ms, registers)

    def heard(self, meter: str) -> tuple[int, int] | None:
        """Give the first and the last instant of a meter that are kept raw."""
        return self._ask(raw.heard, meter)

    def raw(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Point]:
        """Give a register's changes at full rate, while they are kept."""

        def some(start: int, end: int) -> Track:
            return self.track(meter, start, end, [register])

        return points(some, self.heard(meter), register, (start_ms, end_ms), limit)

    def intervals(  # noqa: PLR0913 - see Store
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> list[Interval]:
        """Give a register's intervals of one step."""
        if step is Step.MIN1:
            return self._ask(minutes.read, meter, register, start_ms, end_ms, limit)
        query = intervals.Query(meter, register, step, start_ms, end_ms, limit)
        return self._ask(intervals.read, query)

    def interval_columns(  # noqa: PLR0913 - see Store
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> IntervalColumns:
        """Give the same rows in columns; 30min and coarser."""
        query = intervals.Query(meter, register, step, start_ms, end_ms, limit)
        return self._ask(intervals.read_columns, query)

    def slices(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Slice]:
        """Give what sources said of periods, as given."""
        return self._ask(words.read_slices, meter, register, start_ms, end_ms, limit)

    def baselines(self, meter: str) -> list[Baseline]:
        """Give a meter's baselines, oldest record first."""
        return self._ask(words.read_baselines, meter)

    def corrections(self, meter: str) -> list[Correction]:
        """Give the owner's corrections of a meter, oldest record first."""
        return self._ask(words.read_corrections, meter)

    def keep_minutes(self, meter: str, day_ms: int, rows: Iterable[Interval]) -> None:
        """Keep a UTC day's 1min rows, all at once."""
        with self._transaction() as database:
            minutes.keep(database, self._names, meter, day_ms, rows)

    def minutes_kept(self, meter: str, start_ms: int, end_ms: int) -> set[int]:
        """Give the UTC days, as instants, whose 1min rows are kept."""
        return self._ask(minutes.kept, meter, start_ms, end_ms)

    def prune(self, meter: str, step: Step, before_ms: int) -> int:
        """Forget what is older than an instant; give the rows of the table gone."""
        with self._transaction() as database:
            number = self._names.find(database, meter)
            if number is None:
                return 0
            if step is Step.RAW:
                gone = raw.prune(database, self._names, meter, before_ms)
                if gone:
                    self._note(database, f"pruned {number}", before_ms)
                return gone
            if step is Step.MIN1:
                end_ms = before_ms // DAY_MS * DAY_MS
                return minutes.forget(database, self._names, meter, 0, end_ms)
            return intervals.prune(database, self._names, meter, step, before_ms)

    def erase(self, stone: Erased) -> int:
        """Take out what the owner had erased; give the rows gone or changed."""
        with self._transaction() as database:
            return erasing.erase(database, self._names, stone)

    def would_erase(self, stone: Erased) -> int:
        """Give about how many rows `erase` would take; change nothing."""
        return self._ask(erasing.count, stone)

    def clean(self) -> None:
        """Write the file anew: what was let go is nowhere in it; raise StoreError."""
        with self._writing:
            try:
                self._database.execute("VACUUM")
                ((busy, *_),) = self._database.execute(
                    "PRAGMA wal_checkpoint(TRUNCATE)"
                )
            except JournalError as error:
                raise StoreError(
                    f"it can't be written anew: {error.message}"
                ) from error
        if busy:
            raise StoreError("someone reads the store: it is tried again")

    def release(self) -> None:
        """Give the room of what was pruned back to the disk."""
        with self._writing:
            try:
                self._database.execute("PRAGMA incremental_vacuum")
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except JournalError as error:
                raise StoreError(f"no room was given back: {error.message}") from error

    def pruned_ms(self, meter: str) -> int:
        """Say before which instant raw readings were let go; 0 for never."""
        return self._ask(_pruned_ms, meter)

    def health(self) -> StoreHealth:
        """Say how the store is, without raising."""
        size = sum(
            path.stat().st_size
            for suffix in ("", "-wal")
            if (path := self.path.with_name(self.path.name + suffix)).exists()
        )
        try:
            self._ask(_cursor)
        except StoreError as error:
            return StoreHealth(
                "sqlite", answers=False, bytes_on_disk=size, detail=str(error)
            )
        return StoreHealth("sqlite", answers=True, bytes_on_disk=size)

    def close(self) -> None:
        """Let go of files and connections; one that still asks is left to its end.

        SQLite doesn't survive a connection that is closed under a query.
        """
        for database, asking in self._readers:
            if asking.acquire(timeout=CLOSING_S):
                database.close()
                asking.release()
        self._readers.clear()
        with self._writing:
            self._database.close()


def together(tracks: list[Track]) -> list[Track]:
    """Join tracks that follow each other in time; those that step back stay apart.

    A late block of last year then costs its own hours, not the year between.
    """
    runs: list[list[Track]] = []
    for track in tracks:
        if runs and runs[-1][-1].instants[-1] < track.instants[0]:
            runs[-1].append(track)
        else:
            runs.append([track])
    return [join(run) for run in runs]


def _cursor(database: Database, _names: Names) -> Address | None:
    noted: dict[str, int] = dict(
        database.execute("SELECT name, value FROM meta WHERE name IN ('epoch', 'seq')")
    )
    return Address(noted["epoch"], noted["seq"]) if noted else None


def _meters(database: Database, names: Names) -> dict[str, tuple[str, ...]]:
    names.load(database)
    found: dict[str, list[str]] = {}
    for meter, register in database.execute("SELECT meter, register FROM heard"):
        found.setdefault(names.name(database, meter), []).append(
            names.name(database, register)
        )
    return {meter: tuple(registers) for meter, registers in found.items()}


def _pruned_ms(database: Database, names: Names, meter: str) -> int:
    number = names.find(database, meter)
    rows = database.execute(
        "SELECT value FROM meta WHERE name = ?", (f"pruned {number}",)
    )
    return int(rows[0][0]) if rows else 0
