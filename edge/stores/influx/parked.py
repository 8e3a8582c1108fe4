"""Lines that InfluxDB will not have, kept in a small file until the owner decides.

A file of its own, and not a table of the journal's: whoever writes lines must not
write to the journal, and lines are InfluxDB's words, which no other part understands.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.errors import DamagedDatabase, StoreError
from edge.journal.database import Database, SqliteDatabase
from edge.journal.file import prepare, set_aside, wall_ms
from edge.journal.migration import Schema, all_or_nothing

FILE = "parked.db"
SCHEMA = Schema(
    "list of parked points",
    0x52454C50,  # 'RELP'
    (
        (
            """CREATE TABLE parked (
                number INTEGER PRIMARY KEY AUTOINCREMENT, parked_ms INTEGER NOT NULL,
                bucket TEXT NOT NULL, line TEXT NOT NULL, reason TEXT NOT NULL,
                UNIQUE (bucket, line))""",
        ),
    ),
    downgrade="install the newer Relevé again",
    foreign=StoreError,
)


@dataclass(frozen=True, slots=True)
class Parked:
    """A line that was refused: of which bucket, when, and what InfluxDB said."""

    number: int
    parked_ms: int
    bucket: str
    line: str
    reason: str


class Parking:
    """The file of parked lines; any thread, and the command beside the service."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self.set_aside: Path | None = None
        try:
            self._database = _open(path)
        except DamagedDatabase:
            self.set_aside = set_aside(path, wall_ms())
            self._database = _open(path)

    def park(self, bucket: str, lines: Sequence[str], reason: str) -> None:
        """Keep lines, durably on return, each once."""
        with self._lock, all_or_nothing(self._database):
            for line in lines:
                self._database.execute(
                    "INSERT INTO parked (parked_ms, bucket, line, reason)"
                    " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (wall_ms(), bucket, line, reason),
                )

    def all(self) -> list[Parked]:
        """Give what is parked, in its order."""
        with self._lock:
            rows = self._database.execute(
                "SELECT number, parked_ms, bucket, line, reason FROM parked"
                " ORDER BY number"
            )
        return [Parked(*row) for row in rows]

    def drop(self, numbers: Sequence[int]) -> None:
        """Forget lines."""
        with self._lock:
            for number in numbers:
                self._database.execute("DELETE FROM parked WHERE number = ?", (number,))

    def count(self) -> int:
        """Give how many are parked."""
        with self._lock:
            return int(self._database.execute("SELECT count(*) FROM parked")[0][0])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()


def _open(path: Path) -> Database:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(
            f"{path} can't be opened: {error.strerror}",
            hint="run it as the service's user",
        ) from error
    database = SqliteDatabase(path)
    try:
        prepare(database)
        SCHEMA.migrate(database)
    except BaseException:
        database.close()
        raise
    return database
