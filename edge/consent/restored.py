"""A ledger that comes out of a backup: it gives nothing until the owner confirms it.

What was decided since the backup is unknown to it: a withdrawal, a token that ended.
So every service stands paused and every writer held, by entries of the ledger itself,
and where the home's own ledger is whole and goes on from the one in the archive, it is
that one that stays.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from edge.consent.ledger import FILE, Ledger
from edge.consent.records import RESTORED
from edge.consent.standing import Act, stands
from edge.consent.view import ReadLedger
from edge.errors import ConsentError, JournalError
from edge.journal.copying import copy

PRESENT = "consent.db.present"


def held_back(scratch: Path, data_dir: Path, at_ms: int) -> None:
    """Make what is restored of a ledger safe to start with, in the scratch directory.

    `at_ms` is when the backup was made: from then on nothing is told of, until the
    owner resumes. A ledger that can't be read is left to the start, which sets it
    aside. Raises JournalError and OSError of the disk.
    """
    restored, present = scratch / FILE, data_dir / FILE
    if present.exists() and _goes_on(present, restored):
        copied = scratch / PRESENT
        copied.touch(mode=0o600)
        copy(present, copied)
        copied.replace(restored)
    if not restored.exists():
        return
    with suppress(ConsentError):
        _pause(restored, at_ms)


def _goes_on(present: Path, restored: Path) -> bool:
    """Tell whether the home's ledger is whole, and holds all of the archive's."""
    try:
        head = _head(restored) if restored.exists() else None
        ledger = ReadLedger(present)
    except (ConsentError, JournalError):
        return False
    try:
        ledger.verify(head)
        stands(ledger.entries())
    except (ConsentError, JournalError, sqlite3.Error):
        return False
    finally:
        ledger.close()
    return True


def _head(path: Path) -> bytes:
    ledger = ReadLedger(path)
    try:
        return ledger.head
    finally:
        ledger.close()


def _pause(path: Path, at_ms: int) -> None:
    ledger = Ledger(path)
    try:
        ledger.verify()
        standing = stands(ledger.entries())
        acts: list[tuple[Act, dict[str, str]]] = [
            (Act.PAUSED, {"service": one.id, "reason": RESTORED})
            for one in standing.services.values()
            if not one.paused
        ]
        acts += [
            (Act.WRITER_HELD, {"writer": one.id})
            for one in standing.writers.values()
            if not one.held
        ]
        if acts:
            ledger.append(at_ms, [*acts])
        # one file alone: what is put in place has no companions
        ledger.database.execute("PRAGMA journal_mode=DELETE")
    finally:
        ledger.close()
