"""What is committed, for a command that reads where no service runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.config import Config
from edge.errors import JournalError
from edge.journal.file import JOURNAL
from edge.journal.journal import Journal
from edge.reads import Reads
from edge.service.hub import counting_of
from edge.stores.sqlite.store import FILE, SqliteStore


@contextmanager
def opened(config: Config) -> Iterator[Reads]:
    """Lend the reads of a home; raise AlreadyRunning where a service has it open.

    Raises JournalError where nothing was ever kept: reading makes no journal.
    """
    directory = Path(config.data_dir)
    if not (directory / JOURNAL).exists():
        raise JournalError(
            f"there is no journal in {directory}", hint="`releve run` makes it"
        )
    journal = Journal.open(directory)
    try:
        store = SqliteStore(directory / FILE)
        try:
            yield Reads(store, journal, counting_of(config))
        finally:
            store.close()
    finally:
        journal.close()
