"""What services were told and are still owed, by MQTT here and by a cloud."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from edge.errors import JournalError
from edge.journal.database import Database, SqliteDatabase
from edge.journal.erased import Erased
from edge.journal.migration import all_or_nothing

PATTERNS = ("services.db", "cloud/*.db")
OF = "service = ? AND meter = ? AND register = ? AND step = ? AND start_ms = ?"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Books:
    """The books of one home: who was told what, and what waits to be told."""

    data_dir: Path
    name: str = "services"

    async def count(self, stone: Erased) -> int:
        """Say how many rows would go."""
        return sum(await self._each(lambda database: len(_met(database, stone))))

    async def erase(self, stone: Erased) -> int:
        """Take them out: what waited is never told."""
        return sum(await self._each(lambda database: _erase(database, stone)))

    async def clean(self) -> None:
        """Write the books anew."""
        await self._each(clean)

    async def _each(self, work: Callable[[Database], T]) -> list[T]:
        return await asyncio.to_thread(lambda: list(self._done(work)))

    def _done(self, work: Callable[[Database], T]) -> list[T]:
        found = [path for one in PATTERNS for path in self.data_dir.glob(one)]
        told = []
        for path in sorted(found):
            with closing(SqliteDatabase(path)) as database:
                told.append(work(database))
        return told


def clean(database: Database) -> None:
    """Write a database anew: what was let go is nowhere in it; raise JournalError."""
    database.execute("VACUUM")
    ((busy, *_),) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if busy:
        raise JournalError("someone reads a database: it is tried again")


def _met(database: Database, stone: Erased) -> list[tuple[str, ...]]:
    rows = database.execute(
        "SELECT service, meter, register, step, start_ms, end_ms FROM told"
        " WHERE meter = ? AND start_ms < ? AND end_ms > ?",
        (stone.meter, stone.end_ms, stone.start_ms),
    )
    return [row[:5] for row in rows if stone.takes(row[2], row[4], row[5])]


def _erase(database: Database, stone: Erased) -> int:
    with all_or_nothing(database):
        met = _met(database, stone)
        for one in met:
            database.execute(f"DELETE FROM told WHERE {OF}", one)  # noqa: S608 - ours
    return len(met)
