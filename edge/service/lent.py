"""The journal as another process has it: lent by the service, or the file itself.

A service has its journal's file alone (decision 6). Who reads it meanwhile asks
through the control socket, and who copies it is given a copy.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.commands import CopyJournal, NoService, Query
from edge.errors import JournalError
from edge.journal.copying import copy
from edge.journal.database import LoneDatabase, Row, SqliteDatabase
from edge.journal.file import JOURNAL, private_directory
from edge.journal.reader import Reader, View
from edge.service.control import ask

COPIES = "copies"
"""Where the service copies its journal to, in its data directory; gone once taken."""
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class LentDatabase:
    """A read-only connection of the running service's; texts and numbers alone.

    Raises CommandRefused, NoService when none runs.
    """

    data_dir: Path

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Have one statement run, and give its rows."""
        told = ask(self.data_dir, Query(sql, list(parameters)))
        return [tuple(row) for row in told["rows"]]

    def close(self) -> None:
        """Do nothing: each question has a connection of its own."""


@contextmanager
def journal_view(data_dir: Path) -> Iterator[View]:
    """Lend a read-only view of a home's journal; raise JournalError if there is none.

    Raises CommandRefused when the service that has it doesn't answer.
    """
    if not (data_dir / JOURNAL).exists():
        raise JournalError(
            f"there is no journal in {data_dir}", hint="`releve run` makes it"
        )
    lent = View(LentDatabase(data_dir), {})
    with suppress(NoService):
        lent.refresh()
        yield lent
        return
    reader = Reader(data_dir / JOURNAL, SqliteDatabase)
    try:
        with reader.view() as found:
            yield found
    finally:
        reader.reset()


def journal_copied(
    data_dir: Path, target: Path, progress: Callable[[float], None]
) -> None:
    """Copy a home's journal as it is at one instant, a service running or not.

    Raises CommandRefused, or sqlite3.Error and OSError of the copying itself.
    """
    name = secrets.token_hex(16)
    whole = (data_dir / JOURNAL).stat().st_size
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask, data_dir, CopyJournal(name))
        while not wait([asking], LOOK_S).done:
            with suppress(OSError):
                there = (data_dir / COPIES / name).stat().st_size
                progress(min(1.0, there / max(1, whole)))
    try:
        asking.result()
    except NoService:
        copy(data_dir / JOURNAL, target, progress)
        return
    progress(1.0)
    shutil.move(data_dir / COPIES / name, target)


def answer(data_dir: Path, sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Answer a question about the journal that this process has open.

    On a connection of its own: whatever it is told, no other reader's changes. Raises
    JournalError.
    """
    database = LoneDatabase(data_dir / JOURNAL, read_only=True)
    try:
        rows = database.execute(sql, parameters)
    finally:
        database.close()
    if any(isinstance(cell, bytes) for row in rows for cell in row):
        raise JournalError("texts and numbers are lent, no bytes")
    return rows


def lend_copy(data_dir: Path, name: str) -> None:
    """Copy the journal that this process has open to where the asker takes it.

    Raises JournalError when there is no room for it, or it can't be made.
    """
    if len(name) != 32 or not name.isalnum():
        raise JournalError("this is no name of a copy")
    directory = data_dir / COPIES
    private_directory(directory)
    path = directory / name
    free = shutil.disk_usage(directory).free
    wanted = 2 * (data_dir / JOURNAL).stat().st_size
    if free < wanted:
        raise JournalError(
            f"a copy of the journal lacks room in {directory}",
            hint=f"{(wanted - free) >> 20} MiB more are needed",
        )
    path.touch(mode=0o600, exist_ok=False)
    try:
        copy(data_dir / JOURNAL, path, alone=True)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error | OSError):
            raise JournalError(f"the journal can't be copied: {error}") from error
        raise


def clear(data_dir: Path) -> None:
    """Remove the copies that nobody took."""
    shutil.rmtree(data_dir / COPIES, ignore_errors=True)
