"""What each service was told, kept: nothing is lost, and no change goes untold.

A database of its own, one transaction a fixed time. What is to be sent is given its
number just before, and durably: it has the same one when it is sent again, and what is
never sent has none, so that numbers have no hole.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge.journal.database import Database
from edge.journal.migration import Schema
from edge.journal.sidecar import Sidecar
from edge.outputs.services.row import EVENT, Owed, Row
from edge.record import Address, Lane

log = logging.getLogger(__name__)

FILE = "services.db"
SCHEMA = Schema(
    "book of what services were told",
    0x52454C54,  # 'RELT'
    (
        (
            """CREATE TABLE begun (
                one INTEGER PRIMARY KEY CHECK (one = 1),
                at_ms INTEGER NOT NULL)""",
            """CREATE TABLE place (
                service TEXT NOT NULL,
                pace TEXT NOT NULL,
                at_ms INTEGER NOT NULL,
                present_epoch INTEGER NOT NULL,
                present_seq INTEGER NOT NULL,
                history_epoch INTEGER NOT NULL,
                history_seq INTEGER NOT NULL,
                PRIMARY KEY (service, pace)) WITHOUT ROWID""",
            """CREATE TABLE counter (
                service TEXT PRIMARY KEY,
                login TEXT NOT NULL,
                seq INTEGER NOT NULL) WITHOUT ROWID""",
            """CREATE TABLE told (
                service TEXT NOT NULL,
                meter TEXT NOT NULL,
                register TEXT NOT NULL,
                step TEXT NOT NULL,
                start_ms INTEGER NOT NULL,
                end_ms INTEGER NOT NULL,
                value INTEGER,
                quality TEXT NOT NULL,
                detail TEXT,
                seq INTEGER NOT NULL,
                owed INTEGER NOT NULL,
                sent_ms INTEGER,
                PRIMARY KEY (service, meter, register, step, start_ms))
                WITHOUT ROWID""",
            "CREATE INDEX told_owed ON told (service, seq) WHERE owed",
        ),
    ),
    "a newer Relevé wrote it: install that version",
)
ROW = "meter, register, step, start_ms, end_ms, value, quality, detail"
WAITING = -(1 << 62)
"""What waits has no number yet: in the place of one stands its turn, from here on."""
OF = "service = ? AND meter = ? AND register = ? AND step = ? AND start_ms = ?"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a service was told: up to when, and where in the journal's lanes."""

    at_ms: int
    present: Address
    history: Address

    def moved(self, lane: Lane, address: Address) -> Place:
        """Give the place with one lane's cursor at an address."""
        if lane is Lane.PRESENT:
            return replace(self, present=address)
        return replace(self, history=address)

    def at(self, lane: Lane) -> Address:
        """Give one lane's cursor."""
        return self.present if lane is Lane.PRESENT else self.history


class Book(Sidecar):
    """The file of one home; every method blocks for as long as the disk takes."""

    def __init__(self, path: Path, now_ms: int) -> None:
        """Open it; of a damaged one, what came due before isn't told then."""
        super().__init__(path, SCHEMA, now_ms)
        with self._writing() as database:
            database.execute("INSERT OR IGNORE INTO begun VALUES (1, ?)", (now_ms,))
        self.begun_ms: int = self._rows("SELECT at_ms FROM begun")[0][0]

    def place(self, service: str, pace: str) -> Place | None:
        """Give how far a service was told at a pace."""
        rows = self._rows(
            "SELECT at_ms, present_epoch, present_seq, history_epoch, history_seq"
            " FROM place WHERE service = ? AND pace = ?",
            (service, pace),
        )
        if not rows:
            return None
        at_ms, *addresses = rows[0]
        return Place(at_ms, Address(*addresses[:2]), Address(*addresses[2:]))

    def enter(
        self, service: str, pace: str, login: str, place: Place, rows: Iterable[Row]
    ) -> int:
        """Note rows that are to be told, and how far this comes; give how many.

        What was told already as it is now is not told again; what nobody knows is
        first told once it is known.
        """
        count = 0
        with self._writing() as database:
            self._number(database, service, login)
            turn = _turn(database, service)
            for row in rows:
                known = database.execute(
                    f"SELECT end_ms, value, quality, detail FROM told WHERE {OF}",  # noqa: S608 - ours
                    (service, *row.key),
                )
                told = (row.end_ms, row.value, row.quality, row.detail)
                new = not known and (row.value is not None or row.step == EVENT)
                if new or (known and known[0] != told):
                    turn, count = turn + 1, count + 1
                    database.execute(
                        "INSERT OR REPLACE INTO told"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, NULL)",
                        (service, *row.key, *told, turn),
                    )
            _move(database, service, pace, place)
        return count

    def move(self, service: str, pace: str, place: Place) -> None:
        """Note how far a service was told at a pace, if it isn't where it was left."""
        with self._writing() as database:
            _move(database, service, pace, place)

    def owed(self, service: str, login: str, limit: int) -> list[Owed]:
        """Give what is to be sent, in order: first what has its number already.

        Another login counts from one again, and what was sent to none has no number.
        """
        with self._writing() as database:
            self._number(database, service, login)
            rows = database.execute(
                f"SELECT {ROW}, seq FROM told WHERE service = ? AND owed"  # noqa: S608 - ours
                " ORDER BY seq < 0, seq LIMIT ?",
                (service, limit),
            )
        return [Owed(Row(*cells), seq) for *cells, seq in rows]

    def number(self, service: str, login: str, owed: Sequence[Owed]) -> list[Owed]:
        """Give what is about to be sent its numbers, for ever."""
        numbered = []
        with self._writing() as database:
            seq = self._number(database, service, login)
            for one in owed:
                if not one.numbered:
                    seq += 1
                    database.execute(
                        f"UPDATE told SET seq = ? WHERE {OF} AND seq = ?",  # noqa: S608 - ours
                        (seq, service, *one.row.key, one.seq),
                    )
                numbered.append(one if one.numbered else replace(one, seq=seq))
            _count(database, service, login, seq)
        return numbered

    def login(self, service: str) -> str | None:
        """Give the login that a service's numbers are counted for."""
        rows = self._rows("SELECT login FROM counter WHERE service = ?", (service,))
        return str(rows[0][0]) if rows else None

    def _number(self, database: Database, service: str, login: str) -> int:
        """Give the last number that a login was given; those of another are void."""
        rows = database.execute(
            "SELECT login, seq FROM counter WHERE service = ?", (service,)
        )
        if rows and rows[0][0] == login:
            return int(rows[0][1])
        waiting = database.execute(
            "SELECT meter, register, step, start_ms FROM told"
            " WHERE service = ? AND owed ORDER BY seq < 0, seq",
            (service,),
        )
        # what an older login was sent is not sent again: its numbers were another's
        database.execute("UPDATE told SET sent_ms = NULL WHERE service = ?", (service,))
        for turn, key in enumerate(waiting, WAITING):
            database.execute(
                f"UPDATE told SET seq = ? WHERE {OF}",  # noqa: S608 - ours
                (turn, service, *key),
            )
        _count(database, service, login, 0)
        return 0

    def sent(self, service: str, rows: Sequence[Owed], now_ms: int) -> None:
        """Note that these are with the broker; a newer word on one is still owed."""
        with self._writing() as database:
            for one in rows:
                database.execute(
                    f"UPDATE told SET owed = 0, sent_ms = ? WHERE {OF} AND seq = ?",  # noqa: S608 - ours
                    (now_ms, service, *one.row.key, one.seq),
                )
            database.execute(
                "DELETE FROM told WHERE service = ? AND step = ? AND NOT owed"
                " AND sent_ms < ?",
                (service, EVENT, now_ms - 86_400_000),
            )

    def drop(self, service: str, rows: Iterable[Owed]) -> None:
        """Forget what may not be sent any more."""
        with self._writing() as database:
            for one in rows:
                database.execute(
                    f"DELETE FROM told WHERE {OF} AND owed",  # noqa: S608 - ours
                    (service, *one.row.key),
                )

    def again(self, since_ms: int) -> None:
        """Owe once more what was sent since: the broker may have forgotten it."""
        with self._writing() as database:
            database.execute("UPDATE told SET owed = 1 WHERE sent_ms >= ?", (since_ms,))

    def again_after(self, service: str, seq: int) -> None:
        """Owe once more what was sent under a later number."""
        with self._writing() as database:
            database.execute(
                "UPDATE told SET owed = 1 WHERE service = ? AND seq > ?"
                " AND sent_ms IS NOT NULL",
                (service, seq),
            )

    def known(self) -> set[str]:
        """Give the services of which anything is kept."""
        rows = self._rows("SELECT service FROM place UNION SELECT service FROM told")
        return {service for (service,) in rows}

    def forget(self, service: str) -> None:
        """Forget all that a service was told, and what it is owed; not its numbers."""
        with self._writing() as database:
            for table in ("place", "told"):
                database.execute(f"DELETE FROM {table} WHERE service = ?", (service,))  # noqa: S608 - ours


def _move(database: Database, service: str, pace: str, place: Place) -> None:
    database.execute(
        "INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(service, pace, place.at_ms),
            *(place.present.epoch, place.present.seq),
            *(place.history.epoch, place.history.seq),
        ),
    )


def _turn(database: Database, service: str) -> int:
    """Give the turn of the last that waits."""
    rows = database.execute(
        "SELECT MAX(seq) FROM told WHERE service = ? AND owed AND seq < 0", (service,)
    )
    return WAITING if rows[0][0] is None else int(rows[0][0])


def _count(database: Database, service: str, login: str, seq: int) -> None:
    database.execute(
        "INSERT OR REPLACE INTO counter VALUES (?, ?, ?)", (service, login, seq)
    )
