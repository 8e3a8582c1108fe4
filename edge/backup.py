"""Backups: a consistent copy made while the service runs, and proved by restoring it.

An archive is one .tar.gz, mode 0600: a manifest, then each database whole. It
holds neither the configuration nor the owner's token.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from edge.consent import ledger as consent_ledger
from edge.consent.restored import held_back
from edge.erasure.restored import obeyed
from edge.errors import BackupError, EdgeError, NewerSchema
from edge.journal import schema as journal_schema
from edge.journal.copying import copy
from edge.journal.database import uri
from edge.journal.file import (
    COMPANIONS,
    JOURNAL,
    DirectoryLock,
    private_directory,
    sync_directory,
    wall_ms,
)
from edge.sample import utc
from edge.service.lent import journal_copied
from edge.sources.pulses import count_file
from edge.stores.sqlite import schema as store_schema
from edge.stores.sqlite.store import FILE as STORE

MANIFEST = "manifest"
FORMAT = 1
SCHEMAS = {
    JOURNAL: journal_schema.VERSION,
    STORE: store_schema.VERSION,
    count_file.FILE: count_file.VERSION,
    consent_ledger.FILE: consent_ledger.SCHEMA.version,
}
"""The journal first: its cursors must not be ahead of what the store's copy holds."""
BLOCK = 1 << 20
MANIFEST_BYTES = 1 << 20
RESTORING = "restoring"

Progress = Callable[[str, float], None]
"""Told what is being done, and the part of it that is, 0.0 to 1.0."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """One database of an archive: what it must be when it comes out again."""

    name: str
    bytes: int
    sha256: str
    schema: int
    tables: dict[str, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds; `epoch` is the journal's when it was made."""

    made_ms: int
    epoch: int
    databases: tuple[BackedUp, ...]
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """Give the size of all that comes out."""
        return sum(one.bytes for one in self.databases)


def _quiet(_step: str, _part: float) -> None:
    """Tell nobody."""


def backup(data_dir: Path, target: Path, progress: Progress = _quiet) -> Manifest:
    """Make an archive of a data directory, in use or not, and prove it.

    It appears under its name only once it was restored into a scratch directory and
    found equal. Raises BackupError, and leaves nothing behind.
    """
    if not (data_dir / JOURNAL).exists():
        raise BackupError(f"there is no journal in {data_dir}", hint="check data_dir")
    draft = target.with_name(f".{target.name}.draft")
    with _refusing(f"no backup could be made in {target.parent}"):
        try:
            manifest = _proved(data_dir, draft, progress)
            draft.replace(target)
            sync_directory(target.parent)
        finally:
            draft.unlink(missing_ok=True)
    progress("done", 1.0)
    return manifest


def _proved(data_dir: Path, draft: Path, progress: Progress) -> Manifest:
    """Make an archive, and take it apart again to see that it is what went in."""
    place = draft.parent
    with tempfile.TemporaryDirectory(dir=place) as scratch:
        manifest = _copy_all(data_dir, Path(scratch), progress)
        _pack(manifest, Path(scratch), draft, progress)
    with tempfile.TemporaryDirectory(dir=place) as scratch:
        if _unpack(draft, Path(scratch), progress) != manifest:
            raise BackupError("the archive is not what was put into it")
    return manifest


def restore(
    archive: Path, data_dir: Path, *, force: bool = False, progress: Progress = _quiet
) -> Manifest:
    """Put an archive's databases into a data directory that no service runs on.

    All is unpacked and checked beside them first. Databases that are there already
    are refused, or with `force` kept under another name. What was erased here since
    is erased in them. The journal goes on in a new epoch, and every service stays
    paused until the owner resumes it. Raises BackupError, AlreadyRunning or
    NewerSchema with nothing touched.
    """
    with _refusing(f"{archive.name} can't be restored into {data_dir}"):
        if not archive.is_file():
            raise BackupError(f"there is no archive {archive}")
        private_directory(data_dir)
        lock = DirectoryLock(data_dir)
        try:
            there = [name for name in SCHEMAS if (data_dir / name).exists()]
            if there and not force:
                raise BackupError(
                    f"{data_dir} holds {' and '.join(there)} already",
                    hint="--force keeps them under another name and goes on",
                )
            scratch = data_dir / RESTORING
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(mode=0o700)
            try:
                manifest = _unpack(archive, scratch, progress)
                obeyed(scratch, data_dir)
                _begin_new_epoch(scratch / JOURNAL)
                held_back(scratch, data_dir, manifest.made_ms)
                sync_directory(scratch)
                _switch(scratch, data_dir)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
        finally:
            lock.release()
    progress("done", 1.0)
    return manifest


def read_manifest(archive: Path) -> Manifest:
    """Give what an archive says that it holds; raise BackupError if it is none."""
    with (
        _refusing(f"{archive.name} can't be read"),
        tarfile.open(archive, "r:gz") as tar,
    ):
        return _manifest(tar)


def unpack(archive: Path, into: Path) -> Manifest:
    """Unpack an archive's databases, to be read there; raise BackupError or so."""
    with _refusing(f"{archive.name} can't be read"):
        if not archive.is_file():
            raise BackupError(f"there is no archive {archive}")
        return _unpack(archive, into, _quiet)


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    """Turn what files, archives and SQLite raise into one clear refusal."""
    try:
        yield
    except EdgeError:
        raise
    except sqlite3.Error as error:
        raise BackupError(
            f"{what}: SQLite says {error}", hint="`releve doctor` looks at the disk"
        ) from error
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise _damaged(what, error) from error
        raise BackupError(
            f"{what}: {error.strerror or error}", hint="check the place and its space"
        ) from error
    except (tarfile.TarError, EOFError, zlib.error, ValueError, LookupError) as error:
        raise _damaged(what, error) from error
    except TypeError as error:
        raise _damaged(what, error) from error


def _damaged(what: str, error: Exception) -> BackupError:
    return BackupError(
        f"{what}: the archive is damaged ({error})", hint="take an older archive"
    )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    at = uri(path, mode)
    return sqlite3.connect(at, uri=True, isolation_level=None, timeout=10.0)


def _copy_all(data_dir: Path, scratch: Path, progress: Progress) -> Manifest:
    names = [name for name in SCHEMAS if (data_dir / name).exists()]
    for name in names:
        copying = partial(progress, f"copy {name}")
        if name == JOURNAL:
            journal_copied(data_dir, scratch / name, copying)
        else:
            copy(data_dir / name, scratch / name, copying)
    with closing(_connect(scratch / JOURNAL, "ro")) as journal:
        (epoch,) = journal.execute("SELECT max(epoch) FROM epoch").fetchone()
    databases = tuple(_describe(scratch / name) for name in names)
    return Manifest(wall_ms(), epoch or 0, databases)


def _describe(path: Path) -> BackedUp:
    """Look at a database whole; raise BackupError when it is damaged."""
    with closing(_connect(path, "ro")) as database:
        (word, *_) = database.execute("PRAGMA integrity_check(1)").fetchone()
        if word != "ok":
            raise BackupError(
                f"{path.name} is damaged: {word}",
                hint="start the service: it sets a damaged database aside",
            )
        (version,) = database.execute("PRAGMA user_version").fetchone()
        tables = database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
        counts = {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - a name out of the schema
            for (name,) in tables
        }
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return BackedUp(path.name, path.stat().st_size, digest, version, counts)


def _pack(manifest: Manifest, scratch: Path, draft: Path, progress: Progress) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(descriptor, "wb") as file,
        tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar,
    ):
        text = _sealed(asdict(manifest))
        tar.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
        for number, one in enumerate(manifest.databases):
            progress(f"pack {one.name}", number / len(manifest.databases))
            with (scratch / one.name).open("rb") as content:
                tar.addfile(_member(one.name, one.bytes), content)
    _sync(draft)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sealed(document: dict[str, Any]) -> bytes:
    """Give a manifest's bytes under their own checksum."""
    text = json.dumps(document, indent=1).encode()
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def _opened(data: bytes) -> dict[str, Any]:
    digest, _, text = data.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        raise BackupError("the manifest is damaged", hint="take an older archive")
    document: dict[str, Any] = json.loads(text)
    return document


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    content = None if first is None else tar.extractfile(first)
    if first is None or content is None or first.name != MANIFEST:
        raise BackupError("this is no backup of Relevé", hint="it begins otherwise")
    if first.size > MANIFEST_BYTES:
        raise BackupError(
            "this is no backup of Relevé", hint="its manifest is too long"
        )
    document = _opened(content.read())
    databases = tuple(BackedUp(**one) for one in document["databases"])
    manifest = Manifest(**{**document, "databases": databases})
    if manifest.format != FORMAT or not {one.name for one in databases} <= set(SCHEMAS):
        raise NewerSchema(
            "this backup was made by a newer Relevé", hint="install that version"
        )
    for one in databases:
        if one.schema > SCHEMAS[one.name]:
            raise NewerSchema(
                f"this backup's {one.name} has schema {one.schema}, and this Relevé"
                f" knows {SCHEMAS[one.name]}",
                hint="install the newer Relevé, then restore",
            )
    if JOURNAL not in {one.name for one in databases}:
        raise BackupError("this backup holds no journal", hint="take another archive")
    return manifest


def _unpack(archive: Path, into: Path, progress: Progress) -> Manifest:
    """Unpack an archive, checking every byte and every count of it."""
    with tarfile.open(archive, "r:gz") as tar:
        manifest = _manifest(tar)
        free = os.statvfs(into)
        if free.f_bavail * free.f_frsize < manifest.bytes:
            raise BackupError(
                f"{into} lacks room", hint=f"{manifest.bytes} bytes of it"
            )
        for number, one in enumerate(manifest.databases):
            progress(f"unpack {one.name}", number / len(manifest.databases))
            member = tar.next()
            content = None if member is None else tar.extractfile(member)
            if member is None or content is None or member.name != one.name:
                raise BackupError(f"the archive lacks {one.name}")
            if member.size != one.bytes:
                raise BackupError(f"{one.name} has another size in the archive")
            _extract(content, into / one.name, one.bytes)
            if _describe(into / one.name) != one:
                raise BackupError(
                    f"{one.name} in the archive is not what was backed up",
                    hint="take an older archive",
                )
        if tar.next() is not None:
            raise BackupError("the archive holds more than its manifest says")
    return manifest


def _extract(content: IO[bytes], path: Path, size: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while size > 0 and (piece := content.read(min(BLOCK, size))):
            file.write(piece)
            size -= len(piece)
        file.flush()
        os.fsync(file.fileno())


def _begin_new_epoch(journal: Path) -> None:
    """Have the journal take a new epoch when it is opened: its seqs were used since."""
    with closing(_connect(journal, "rw")) as database:
        database.execute("PRAGMA synchronous=EXTRA")
        database.execute("INSERT OR REPLACE INTO mark VALUES ('restored', 1)")


def _switch(scratch: Path, data_dir: Path) -> None:
    """Put the new databases in, the old ones under another name; the journal last.

    Each step is one rename. Cut off between two, restoring again goes through: what
    was there is kept under its other name, and the archive is untouched.
    """
    stamp = utc(wall_ms()).strftime("%Y%m%dT%H%M%SZ")
    for name in reversed(tuple(SCHEMAS)):
        for suffix in reversed(COMPANIONS):
            old = data_dir / f"{name}{suffix}"
            if old.exists():
                old.rename(data_dir / f"{name}.before-restore.{stamp}{suffix}")
        sync_directory(data_dir)
        if (scratch / name).exists():
            (scratch / name).rename(data_dir / name)
            sync_directory(data_dir)
