"""A backup is made: copied while the service runs, packed, and taken apart again."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from edge.backup.archive import describe, pack, unpack
from edge.backup.manifest import SCHEMAS, Manifest
from edge.backup.noted import Noted
from edge.backup.refusing import refusing
from edge.backup.telling import Progress, quiet
from edge.errors import BackupError
from edge.journal import leaving, switching
from edge.journal.copying import copy
from edge.journal.database import uri
from edge.journal.file import JOURNAL, private_directory, sync_directory, wall_ms
from edge.service.lent import COPIES, journal_copied


def backup(
    data_dir: Path,
    target: Path,
    progress: Progress = quiet,
    passphrase: str | None = None,
) -> Manifest:
    """Make an archive of a data directory, in use or not, and prove it.

    With a passphrase it is sealed, and nothing in clear is written beside it. It
    appears under its name only once it was restored into a scratch directory and
    found equal. Raises BackupError, and leaves nothing behind.
    """
    if not (data_dir / JOURNAL).exists():
        raise BackupError(f"there is no journal in {data_dir}", hint="check data_dir")
    if switching.cut_off(data_dir):
        raise BackupError(
            f"a restore was cut off in {data_dir}",
            hint="start the service, or restore again: either finishes it first",
        )
    if leaving.word_of(data_dir) is not None:
        raise BackupError(
            f"a handover was begun in {data_dir}: nothing of it is copied any more",
            hint="`releve handover` goes on with it",
        )
    draft = target.with_name(f".{target.name}.draft")
    with refusing(f"no backup could be made in {target.parent}"):
        try:
            manifest = _proved(data_dir, draft, progress, passphrase)
            draft.replace(target)
            sync_directory(target.parent)
            now_ms, size = wall_ms(), target.stat().st_size
            noted = (str(target.absolute()), size, passphrase is not None)
            Noted(*noted, manifest.made_ms, now_ms).write(data_dir)
        finally:
            draft.unlink(missing_ok=True)
    progress("done", 1.0)
    return manifest


def _proved(
    data_dir: Path, draft: Path, progress: Progress, passphrase: str | None
) -> Manifest:
    """Make an archive, and take it apart again to see that it is what went in."""
    beside = draft if passphrase is None else None
    with _scratch(data_dir, beside) as scratch:
        manifest = _copy_all(data_dir, scratch, progress)
        pack(manifest, scratch, draft, progress, passphrase)
    with _scratch(data_dir, beside) as scratch:
        if unpack(draft, scratch, progress, passphrase) != manifest:
            raise BackupError("the archive is not what was put into it")
    return manifest


@contextmanager
def _scratch(data_dir: Path, draft: Path | None) -> Iterator[Path]:
    """Lend a directory beside an archive, or in the home, which a start clears.

    One that a crash left is in nobody's way: the same name is made anew.
    """
    if draft is None:
        private_directory(data_dir / COPIES)
        with tempfile.TemporaryDirectory(dir=data_dir / COPIES) as name:
            yield Path(name)
        return
    scratch = draft.with_suffix(".scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _copy_all(data_dir: Path, scratch: Path, progress: Progress) -> Manifest:
    names = [name for name in SCHEMAS if (data_dir / name).exists()]
    for name in names:
        copying = partial(progress, f"copy {name}")
        if name == JOURNAL:
            journal_copied(data_dir, scratch / name, copying)
        else:
            copy(data_dir / name, scratch / name, copying)
    with closing(sqlite3.connect(uri(scratch / JOURNAL, "ro"), uri=True)) as journal:
        (epoch,) = journal.execute("SELECT max(epoch) FROM epoch").fetchone()
    databases = tuple(describe(scratch / name) for name in names)
    return Manifest(wall_ms(), epoch or 0, databases)
