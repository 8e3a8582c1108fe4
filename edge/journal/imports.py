"""Imports of files: what each said, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from edge.errors import JournalError
from edge.facts import Fact
from edge.journal import facts
from edge.journal.database import Database, Row
from edge.journal.log import Transaction
from edge.record import Body, Lane

SELECT = "SELECT number, at_ms, undone_ms, entry FROM import"


@dataclass(frozen=True, slots=True)
class Imported:
    """One file that was imported, at an instant; undone at another, or None.

    `name` is the file's with its long numbers hidden, `digest` the SHA-256 of its
    content; the counts are of slices. `meters` are all that it speaks of.
    """

    number: int
    at_ms: int
    undone_ms: int | None
    name: str
    digest: str
    format: str
    meters: tuple[str, ...]
    new: int
    changed: int
    unchanged: int
    refused: int


def _read(row: Row) -> Imported:
    number, at_ms, undone_ms, text = row
    entry: dict[str, Any] = orjson.loads(text)
    entry["meters"] = tuple(entry["meters"])
    return Imported(number=number, at_ms=at_ms, undone_ms=undone_ms, **entry)


def imported(database: Database) -> list[Imported]:
    """Give every import, oldest first."""
    return [_read(row) for row in database.execute(f"{SELECT} ORDER BY number")]


def find(database: Database, number: int) -> Imported:
    """Give an import by its number; raise JournalError when there is none."""
    rows = database.execute(f"{SELECT} WHERE number = ?", (number,))
    if not rows:
        raise JournalError(
            f"no import has number {number}", hint="`releve import list` shows them"
        )
    return _read(rows[0])


def said(database: Database, number: int) -> bytes:
    """Give what an import said, packed as its importer packed it."""
    find(database, number)
    rows = database.execute("SELECT said FROM import WHERE number = ?", (number,))
    return bytes(rows[0][0])


def put(
    tx: Transaction,
    one: Imported,
    packed: bytes,
    bodies: Sequence[Body],
    told: Sequence[Fact] = (),
) -> int:
    """Append what a file changes and note it; give the number of the import."""
    for body in bodies:
        tx.append(body, Lane.HISTORY)
    entry = asdict(one)
    for name in ("number", "at_ms", "undone_ms"):
        del entry[name]
    tx.database.execute(
        "INSERT INTO import (at_ms, entry, said) VALUES (?, ?, ?)",
        (one.at_ms, orjson.dumps(entry).decode(), packed),
    )
    ((number,),) = tx.database.execute("SELECT last_insert_rowid()")
    facts.put(tx, told, int(number))
    return int(number)


def undo(tx: Transaction, number: int, at_ms: int, bodies: Sequence[Body]) -> Imported:
    """Append what takes an import back and note it; raise JournalError if it was."""
    one = find(tx.database, number)
    if one.undone_ms is not None:
        raise JournalError(f"import {number} was undone before")
    for body in bodies:
        tx.append(body, Lane.HISTORY)
    tx.database.execute(
        "UPDATE import SET undone_ms = ? WHERE number = ?", (at_ms, number)
    )
    return one
