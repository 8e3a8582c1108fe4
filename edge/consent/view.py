"""The ledger as another process reads it, whether the service runs or not.

Read-only: nothing is made, migrated or decided here. The file isn't the service's
alone (as its journal is, decision 6), for it is written a few times a month.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from edge.consent.ledger import FILE, SCHEMA, Entry, Ledger
from edge.consent.records import Standing
from edge.consent.standing import stands
from edge.errors import ConsentError
from edge.journal.database import SqliteDatabase


class ReadLedger(Ledger):
    """A ledger that is read alone; raises ConsentError where there is none."""

    def __init__(self, path: Path) -> None:
        """Open it; raise NewerSchema on one of a newer Relevé."""
        if not path.exists():
            raise ConsentError(
                f"there is no ledger of consents in {path.parent}",
                hint="`releve run` makes it",
            )
        # not Ledger's: that one makes and migrates the file
        self.database = SqliteDatabase(path, read_only=True)
        try:
            SCHEMA.check(self.database)
        except BaseException:
            self.database.close()
            raise


class LedgerView:
    """What stands at one instant, added up from a ledger's entries."""

    def __init__(self, ledger: ReadLedger) -> None:
        self.ledger = ledger

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Give every entry, oldest first; raise ConsentError on what is none."""
        try:
            return tuple(self.ledger.entries())
        except ValueError as error:
            raise ConsentError(
                "the ledger is not what was written",
                hint="`releve consents verify` says where",
            ) from error

    @cached_property
    def standing(self) -> Standing:
        """Give what they add up to."""
        return stands(self.entries)

    @cached_property
    def now_ms(self) -> int:
        """Give the instant that what stands is shown at: never before what was."""
        rows = self.ledger.database.execute("SELECT at_ms FROM seen")
        seen_ms = int(rows[0][0]) if rows else 0
        return max(time.time_ns() // 1_000_000, seen_ms)


@contextmanager
def ledger_view(data_dir: Path) -> Iterator[LedgerView]:
    """Lend a view of a home's ledger; raise ConsentError when it has none."""
    ledger = ReadLedger(data_dir / FILE)
    try:
        yield LedgerView(ledger)
    finally:
        ledger.close()
