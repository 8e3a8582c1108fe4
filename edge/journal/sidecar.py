"""A database beside the journal's: private, set aside when it is damaged."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from edge.errors import DamagedDatabase
from edge.journal.database import Database, Row, SqliteDatabase
from edge.journal.file import prepare, set_aside
from edge.journal.migration import Schema, all_or_nothing

log = logging.getLogger(__name__)


class Sidecar:
    """A part's own file; every method blocks for as long as the disk takes.

    Any thread may ask. One that was cancelled goes on for a while, and is waited for.
    """

    def __init__(self, path: Path, schema: Schema, now_ms: int) -> None:
        """Open it; a damaged one is set aside, and a new one begun."""
        self._lock = threading.Lock()
        try:
            self._database = _open(path, schema)
        except DamagedDatabase as error:
            aside = set_aside(path, now_ms)
            log.warning("%s is set aside as %s: %s", path, aside.name, error)
            self._database = _open(path, schema)

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        with self._lock:
            return self._database.execute(sql, parameters)

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        with self._lock, all_or_nothing(self._database):
            yield self._database

    def close(self) -> None:
        """Let go of the file, once whoever uses it is done; who comes late is told."""
        with self._lock:
            self._database.close()


def _open(path: Path, schema: Schema) -> Database:
    path.touch(mode=0o600)
    path.chmod(0o600)
    database = SqliteDatabase(path)
    try:
        prepare(database)
        schema.migrate(database)
    except BaseException:
        database.close()
        raise
    return database
