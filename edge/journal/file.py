"""The journal's files: opened for one process, private, set aside when damaged."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from edge.errors import AlreadyRunning, DamagedDatabase, DiskFull, JournalError
from edge.journal.database import Connect, Database
from edge.journal.schema import PAGE_SIZE, migrate
from edge.sample import utc

JOURNAL = "journal.db"
LOCK = "lock"
EPOCH = "epoch"
COMPANIONS = ("", "-wal", "-shm")
CHECKPOINT_PAGES = 1000
"""Measured (bench/journal_bytes): 17.5 MB a day with 1000, 4000 or 8000 of them."""
CHECKED_BYTES = 64 << 20
"""A file up to this size is checked whole after an unclean stop: it takes time."""


def wall_ms() -> int:
    """Give the host's wall clock, for what is only shown or kept in order by."""
    return time.time_ns() // 1_000_000


class DirectoryLock:
    """Holds a data directory for this process, until released or dead."""

    def __init__(self, directory: Path) -> None:
        path = directory / LOCK
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise AlreadyRunning(
                f"another Relevé writes in {directory}",
                hint="stop it (systemctl stop releve), or choose another data_dir",
            ) from error

    def release(self) -> None:
        """Let another process have the directory."""
        os.close(self._descriptor)


def private_directory(directory: Path) -> None:
    """Make a directory that only its owner may enter, or raise JournalError."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
    except OSError as error:
        raise JournalError(
            f"{directory} can't be used: {error.strerror}",
            hint="set data_dir to a directory that this user may write in",
        ) from error


def sync_directory(directory: Path) -> None:
    """Make names in a directory durable: fsync(2) of a file doesn't do that."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_file(path: Path, connect: Connect) -> Database:
    """Open a journal's file, made when there is none, and bring its schema up.

    Raises DamagedDatabase, NewerSchema, DiskFull, or JournalError on another
    program's file.
    """
    wal = path.with_name(path.name + "-wal")
    unclean = wal.exists() and wal.stat().st_size > 0
    try:
        # made here and not by SQLite, for its companions take after its mode
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise DiskFull(f"{path} can't be made: {error.strerror}") from error
    database = connect(path)
    try:
        prepare(database)
        fresh = migrate(database) == 0
        if unclean and not fresh and path.stat().st_size <= CHECKED_BYTES:
            verify(database)
        # who opens must know at once if the newest can't be read
        database.execute("SELECT * FROM record ORDER BY seq DESC LIMIT 64")
    except BaseException:
        database.close()
        raise
    sync_directory(path.parent)
    return database


def prepare(database: Database, *, synchronous: str = "FULL") -> None:
    """Set a connection up to write: WAL, each commit on the disk before it returns."""
    database.execute(f"PRAGMA page_size={PAGE_SIZE}")
    ((mode,),) = database.execute("PRAGMA journal_mode=WAL")
    if mode != "wal":
        raise JournalError(
            f"SQLite gives journal mode {mode!r} in place of WAL",
            hint="keep data_dir on a local disk, not on a network share",
        )
    database.execute(f"PRAGMA synchronous={synchronous}")
    database.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    database.execute("PRAGMA cache_size=-1024")
    # what retention takes is overwritten only where that costs no write
    database.execute("PRAGMA secure_delete=FAST")


def verify(database: Database) -> None:
    """Look at every page; raise DamagedDatabase when one is wrong."""
    ((word, *_),) = database.execute("PRAGMA quick_check(1)")
    if word != "ok":
        raise DamagedDatabase(f"the database is damaged: {word}")


def set_aside(path: Path, now_ms: int) -> Path:
    """Rename a database with its companions, out of the way; give its new place."""
    stamp = utc(now_ms).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}.damaged.{stamp}")
    again = 1
    while aside.exists():
        again += 1
        aside = path.with_name(f"{path.name}.damaged.{stamp}.{again}")
    # the companions first: a WAL left alone would be taken for the new file's
    for suffix in reversed(COMPANIONS):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + suffix))
    sync_directory(path.parent)
    return aside


def next_epoch(directory: Path, known: int, now_ms: int) -> int:
    """Give an epoch that no journal of this home has had, and note it durably.

    Above all that are known here, and not below the clock's seconds: a card that was
    replaced, with an old backup on it, still gets one of its own.
    """
    path = directory / EPOCH
    try:
        noted = int(path.read_text())
    except (FileNotFoundError, ValueError):
        noted = 0
    epoch = max(known, noted, now_ms // 1000 - 1) + 1
    draft = path.with_suffix(".new")
    with open(draft, "w", opener=_private) as file:
        file.write(f"{epoch}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_directory(directory)
    return epoch


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
