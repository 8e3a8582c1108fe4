"""The journal as a command reads it: read-only, beside a running service or without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from edge.config import Config
from edge.errors import JournalError
from edge.journal.file import JOURNAL
from edge.journal.reader import Reader, View


@contextmanager
def journal_view(config: Config) -> Iterator[View]:
    """Lend a read-only view of the journal; raise JournalError if there is none."""
    path = config.data_dir / JOURNAL
    if not path.exists():
        raise JournalError(
            f"there is no journal in {config.data_dir}", hint="`releve run` makes it"
        )
    reader = Reader(path)
    try:
        with reader.view() as view:
            yield view
    finally:
        reader.reset()
