"""The door to SQLite: one narrow protocol, and the standard library behind it.

Everything that the journal does to its file goes through `execute`, so that a test
can put the very same transactions on a simulated disk.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import quote

from edge.errors import DamagedDatabase, DiskFull, JournalError

Row: TypeAlias = tuple[Any, ...]

# Primary result codes (sqlite.org/rescode.html): the low byte of each.
BUSY, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB = 5, 8, 10, 11, 13, 14, 26
IOERR_CORRUPTFS = 8458


class Database(Protocol):
    """One connection; transactions are said in SQL."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and give its rows; raise a JournalError when it fails."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class Connect(Protocol):
    """Opens a database file, made when it isn't there."""

    def __call__(self, path: Path, *, read_only: bool = False) -> Database:
        """Give a connection; raise a JournalError when there can't be one."""
        ...


def failure(code: int, message: str) -> JournalError:
    """Give our error for one of SQLite's, by its (extended) result code."""
    if code & 0xFF in (CORRUPT, NOTADB) or code == IOERR_CORRUPTFS:
        return DamagedDatabase(f"the database is damaged: {message}")
    if code & 0xFF in (FULL, IOERR, READONLY, CANTOPEN):
        return DiskFull(
            f"the disk takes nothing more: {message}",
            hint="make space: what was committed is safe, and writing goes on alone",
        )
    if code & 0xFF == BUSY:
        return JournalError(
            f"another process has the database: {message}",
            hint="a service that starts or ends, or a backup: try again in a minute",
        )
    return JournalError(f"SQLite says: {message}")


def uri(path: Path, mode: str, *, alone: bool = False) -> str:
    """Give SQLite's name for a file, opened "ro", "rw" or "rwc"."""
    vfs = "&vfs=unix-excl" if alone else ""
    return f"file:{quote(str(path))}?mode={mode}{vfs}"


class SqliteDatabase:
    """A connection by the standard library; one thread at a time has it.

    A thread that was cancelled goes on for a while: closing waits for it, for SQLite
    must not lose a statement that runs.
    """

    alone = False

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        mode = "ro" if read_only else "rwc"
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                uri(path, mode, alone=self.alone),
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=10.0,
            )
        except sqlite3.Error as error:
            raise _translated(error) from error

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and give its rows; raise a JournalError when it fails."""
        try:
            with self._lock:
                return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise _translated(error) from error
        except UnicodeDecodeError as error:  # of the message: it quotes a broken name
            raise DamagedDatabase(f"the database is damaged: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


class LoneDatabase(SqliteDatabase):
    """A connection to a file that this process alone has open (decision 6).

    Its WAL index is in memory: the one in a file would be written back at each commit,
    and be more than what is committed. Other processes find the database locked.
    """

    alone = True


def _translated(error: sqlite3.Error) -> JournalError:
    return failure(getattr(error, "sqlite_errorcode", 1), str(error))
