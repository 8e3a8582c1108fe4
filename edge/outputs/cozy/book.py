"""What a Cozy holds of ours: each document's id, revision and digest, never a value.

It is what spares a document that is there already, and what is erased there by.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from edge.journal.database import Row
from edge.journal.erased import Erased
from edge.journal.migration import Schema
from edge.journal.sidecar import Sidecar
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


class Book(Sidecar):
    """The file of one Cozy; of a damaged one, what is there is read there."""

    def __init__(self, path: Path, now_ms: int) -> None:
        super().__init__(path, SCHEMA, now_ms)

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
        with self._lock:
            self._database.execute("VACUUM")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def count(self) -> dict[State, int]:
        """Give how many documents stand how."""
        rows = self._rows("SELECT state, COUNT(*) FROM held GROUP BY state")
        return {State(state): int(count) for state, count in rows}


def _held(row: Row) -> Held:
    *cells, state = row
    return Held(*cells, State(state))  # type: ignore[call-arg]  # as the table has them
