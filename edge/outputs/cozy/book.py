"""What a Cozy holds of ours: each document's id, revision and digest, never a value.

It is what spares a document that is there already, and what is erased there by.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from edge.errors import DamagedDatabase, JournalError
from edge.journal.database import Database, Row, SqliteDatabase
from edge.journal.erased import Erased
from edge.journal.file import prepare, set_aside
from edge.journal.migration import Schema, roll_back
from edge.outputs.cozy.doctypes import FINE
from edge.outputs.services.book import Place
from edge.record import Address

log = logging.getLogger(__name__)

SCHEMA = Schema(
    "book of what a Cozy holds",
    0x52454C5A,  # 'RELZ'
    (
        (
            """CREATE TABLE place (
                one INTEGER PRIMARY KEY CHECK (one = 1),
                version INTEGER NOT NULL,
                at_ms INTEGER NOT NULL,
                present_epoch INTEGER NOT NULL,
                present_seq INTEGER NOT NULL,
                history_epoch INTEGER NOT NULL,
                history_seq INTEGER NOT NULL)""",
            """CREATE TABLE held (
                doctype TEXT NOT NULL,
                id TEXT NOT NULL,
                meter TEXT NOT NULL,
                register TEXT NOT NULL,
                start_ms INTEGER NOT NULL,
                end_ms INTEGER NOT NULL,
                digest BLOB NOT NULL,
                rev TEXT NOT NULL,
                state TEXT NOT NULL,
                PRIMARY KEY (doctype, id)) WITHOUT ROWID""",
        ),
    ),
    "a newer Relevé wrote it: install that version",
)


class State(StrEnum):
    """How a document stands over there."""

    OURS = "ours"
    FOREIGN = "foreign"
    """Somebody else's has its id: it is not touched."""
    ERASE = "erase"
    """Ours, and to be deleted there."""
    GONE = "gone"
    """The household deleted it there: it is not brought back."""


@dataclass(frozen=True, slots=True)
class Held:
    """One document over there."""

    doctype: str
    id: str
    meter: str
    register: str
    start_ms: int
    end_ms: int
    digest: bytes
    rev: str
    state: State = State.OURS


def _takes(stone: Erased, one: Held) -> bool:
    """Tell whether a document holds something that is erased.

    A day of half-hours does, whole, if one of them is: what is left is sent anew.
    """
    if one.meter != stone.meter:
        return False
    if one.doctype.rpartition(".")[2] in FINE:
        return stone.meets(one.start_ms, one.end_ms)
    return stone.takes(one.register, one.start_ms, one.end_ms)


class Book:
    """The file of one Cozy; every method blocks for as long as the disk takes."""

    def __init__(self, path: Path, now_ms: int) -> None:
        """Open it; a damaged one is set aside: what is there is then read there."""
        self._lock, self._closed = threading.Lock(), False
        try:
            self._database = _open(path)
        except DamagedDatabase as error:
            aside = set_aside(path, now_ms)
            log.warning("%s is set aside as %s: %s", path, aside.name, error)
            self._database = _open(path)

    @contextmanager
    def _using(self) -> Iterator[Database]:
        """Lend the file to one thread: what was cancelled goes on in its own."""
        with self._lock:
            if self._closed:
                raise JournalError("the book of what a Cozy holds is closed")
            yield self._database

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        with self._using() as database:
            return database.execute(sql, parameters)

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        with self._using() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                roll_back(database)
                raise

    def place(self) -> tuple[int, Place] | None:
        """Give the grant's version, and how far it was told."""
        rows = self._rows(
            "SELECT version, at_ms, present_epoch, present_seq, history_epoch,"
            " history_seq FROM place"
        )
        if not rows:
            return None
        version, at_ms, *addresses = rows[0]
        place = Place(at_ms, Address(*addresses[:2]), Address(*addresses[2:]))
        return version, place

    def move(self, version: int, place: Place) -> None:
        """Note how far it was told."""
        with self._writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO place VALUES (1, ?, ?, ?, ?, ?, ?)",
                (
                    *(version, place.at_ms),
                    *(place.present.epoch, place.present.seq),
                    *(place.history.epoch, place.history.seq),
                ),
            )

    def held(self, doctype: str, of: str) -> Held | None:
        """Give a document as it was noted."""
        rows = self._rows(
            "SELECT * FROM held WHERE doctype = ? AND id = ?", (doctype, of)
        )
        return _held(rows[0]) if rows else None

    def note(self, found: Iterable[Held]) -> None:
        """Note how documents stand."""
        with self._writing() as database:
            for one in found:
                database.execute(
                    "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(one.doctype, one.id, one.meter, one.register),
                        *(one.start_ms, one.end_ms),
                        *(one.digest, one.rev, one.state.value),
                    ),
                )

    def met(self, stone: Erased | None = None) -> list[Held]:
        """Give documents of ours that hold something of an erasure; all, of none."""
        rows = self._rows(
            "SELECT * FROM held WHERE state IN (?, ?)",
            (State.OURS.value, State.ERASE.value),
        )
        found = [_held(row) for row in rows]
        return [one for one in found if stone is None or _takes(stone, one)]

    def mark(self, stone: Erased | None = None) -> None:
        """Note that documents are to be deleted; what is left of them is sent anew."""
        found = self.met(stone)
        with self._writing() as database:
            for one in found:
                database.execute(
                    "UPDATE held SET state = ? WHERE doctype = ? AND id = ?",
                    (State.ERASE.value, one.doctype, one.id),
                )
            database.execute("DELETE FROM place")

    def marked(self, limit: int) -> list[Held]:
        """Give documents that are to be deleted, those of one doctype together."""
        rows = self._rows(
            "SELECT * FROM held WHERE state = ? ORDER BY doctype, id LIMIT ?",
            (State.ERASE.value, limit),
        )
        return [_held(row) for row in rows]

    def erased(self, found: Iterable[Held]) -> None:
        """Forget documents that are there no more."""
        with self._writing() as database:
            for one in found:
                database.execute(
                    "DELETE FROM held WHERE doctype = ? AND id = ?",
                    (one.doctype, one.id),
                )

    def clean(self) -> None:
        """Write the file anew: what was let go is nowhere in it."""
        with self._using() as database:
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def count(self) -> dict[State, int]:
        """Give how many documents stand how."""
        rows = self._rows("SELECT state, COUNT(*) FROM held GROUP BY state")
        return {State(state): int(count) for state, count in rows}

    def close(self) -> None:
        """Let go of the file, once whoever uses it is done."""
        with self._lock:
            self._closed = True
            self._database.close()


def _held(row: Row) -> Held:
    *cells, state = row
    return Held(*cells, State(state))  # type: ignore[call-arg]  # as the table has them


def _open(path: Path) -> Database:
    path.touch(mode=0o600)
    path.chmod(0o600)
    database = SqliteDatabase(path)
    try:
        prepare(database)
        SCHEMA.migrate(database)
    except BaseException:
        database.close()
        raise
    return database
