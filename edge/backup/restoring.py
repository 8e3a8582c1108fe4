"""A backup is put back: checked whole beside what is there, then switched in."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from edge.backup.archive import unpack
from edge.backup.manifest import SCHEMAS, Manifest
from edge.backup.refusing import refusing
from edge.backup.telling import Progress, quiet
from edge.consent.restored import held_back
from edge.erasure.restored import obeyed
from edge.errors import BackupError
from edge.journal import switching
from edge.journal.database import uri
from edge.journal.file import JOURNAL, DirectoryLock, private_directory, wall_ms

RESTORING = "restoring"


def restore(
    archive: Path,
    data_dir: Path,
    *,
    force: bool = False,
    progress: Progress = quiet,
    passphrase: str | None = None,
) -> Manifest:
    """Put an archive's databases into a data directory that no service runs on.

    All is unpacked and checked beside them first. Databases that are there already
    are refused, or with `force` kept under another name. What was erased here since
    is erased in them. The journal goes on in a new epoch, and every service stays
    paused until the owner resumes it. Raises BackupError, AlreadyRunning or
    NewerSchema with nothing touched.
    """
    with refusing(f"{archive.name} can't be restored into {data_dir}"):
        if not archive.is_file():
            raise BackupError(f"there is no archive {archive}")
        private_directory(data_dir)
        lock = DirectoryLock(data_dir)
        try:
            finished = switching.finish(data_dir)
            there = [name for name in SCHEMAS if (data_dir / name).exists()]
            if there and not force:
                what = "of a restore that was cut off, and is done now"
                raise BackupError(
                    f"{data_dir} holds {' and '.join(there)} already"
                    f"{f', {what}' if finished else ''}",
                    hint="--force keeps them under another name and goes on",
                )
            scratch = data_dir / RESTORING
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(mode=0o700)
            try:
                manifest = unpack(archive, scratch, progress, passphrase)
                obeyed(scratch, data_dir)
                _begin_new_epoch(scratch / JOURNAL)
                held_back(scratch, data_dir, manifest.made_ms)
                switching.switch(scratch, data_dir, tuple(SCHEMAS), wall_ms())
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
        finally:
            lock.release()
    progress("done", 1.0)
    return manifest


def _begin_new_epoch(journal: Path) -> None:
    """Have the journal take a new epoch when it is opened: its seqs were used since."""
    at = uri(journal, "rw")
    with closing(sqlite3.connect(at, uri=True, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous=EXTRA")
        database.execute("INSERT OR REPLACE INTO mark VALUES ('restored', 1)")
