"""An archive's bytes: packed from databases, unpacked with every byte checked."""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from edge.backup.manifest import MANIFEST, BackedUp, Manifest, manifest_of, written
from edge.backup.refusing import refusing
from edge.backup.telling import Progress, quiet
from edge.errors import BackupError, NewerSchema
from edge.journal.database import uri
from edge.private_file import FLAGS

BLOCK = 1 << 20
SEAL = b"RELEVE-SEALED-"
"""What any sealed file of ours begins with, whatever its version."""


def read_manifest(archive: Path, passphrase: str | None = None) -> Manifest:
    """Give what an archive says that it holds; raise BackupError if it is none."""
    with (
        refusing(f"{archive.name} can't be read"),
        opened(archive, passphrase, archive.parent) as tar,
    ):
        return manifest_of(tar)


def unpack(
    archive: Path,
    into: Path,
    progress: Progress = quiet,
    passphrase: str | None = None,
) -> Manifest:
    """Unpack an archive's databases, checking every byte and count of them.

    What was sealed is opened whole before anything of it is believed. Raises
    BackupError or NewerSchema.
    """
    with refusing(f"{archive.name} can't be read"):
        if not archive.is_file():
            raise BackupError(f"there is no archive {archive}")
        with opened(archive, passphrase, into) as tar:
            return _unpack(tar, into, progress)


def is_sealed(archive: Path) -> bool:
    """Tell whether an archive wants a passphrase; what can't be read wants none."""
    try:
        with archive.open("rb") as file:
            return file.read(len(SEAL)) == SEAL
    except OSError:
        return False


@contextmanager
def opened(
    archive: Path, passphrase: str | None, beside: Path
) -> Iterator[tarfile.TarFile]:
    """Lend what an archive holds; a sealed one's is written aside, without a name."""
    if not is_sealed(archive):
        with tarfile.open(archive, "r:gz") as tar:
            yield tar
        return
    if passphrase is None:
        raise BackupError(
            "this backup is sealed by a passphrase",
            hint="give it: --passphrase-file, or type it where it is asked",
        )
    from edge.portability import sealed  # noqa: PLC0415 - cryptography, where it is wanted
    from edge.portability.refusal import PackRefused  # noqa: PLC0415 - same

    with archive.open("rb") as file:
        if not sealed.is_sealed(file.read(len(sealed.MAGIC))):
            raise NewerSchema(
                "this backup was sealed by another version of Relevé",
                hint="restore it with the version that made it, or a newer one",
            )
    try:
        with (
            sealed.unsealed(archive, passphrase, beside) as whole,
            tarfile.open(fileobj=whole, mode="r:gz") as tar,
        ):
            yield tar
    except PackRefused as error:
        said = f"{archive.name}: {error.message}"
        raise BackupError(said, hint=error.hint) from error


def pack(
    manifest: Manifest,
    scratch: Path,
    draft: Path,
    progress: Progress = quiet,
    passphrase: str | None = None,
) -> None:
    """Write databases as one archive, sealed if there is a passphrase; durably."""
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, FLAGS, 0o600), "wb") as file:
        if passphrase is None:
            _write(manifest, scratch, file, progress)
        else:
            from edge.portability.sealed import Sealing  # noqa: PLC0415 - cryptography, where it is wanted

            sealing = Sealing(file, passphrase)
            _write(manifest, scratch, sealing, progress)
            sealing.close()
        file.flush()
        os.fsync(file.fileno())


def _write(manifest: Manifest, scratch: Path, to: object, progress: Progress) -> None:
    with tarfile.open(fileobj=to, mode="w:gz", compresslevel=6) as tar:  # type: ignore[call-overload]  # only written to
        text = written(manifest)
        tar.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
        for number, one in enumerate(manifest.databases):
            progress(f"pack {one.name}", number / len(manifest.databases))
            with (scratch / one.name).open("rb") as content:
                tar.addfile(_member(one.name, one.bytes), content)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def describe(path: Path) -> BackedUp:
    """Look at a database whole; raise BackupError when it is damaged."""
    with closing(sqlite3.connect(uri(path, "ro"), uri=True, timeout=10.0)) as database:
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


def _unpack(tar: tarfile.TarFile, into: Path, progress: Progress) -> Manifest:
    manifest = manifest_of(tar)
    free = os.statvfs(into)
    if free.f_bavail * free.f_frsize < manifest.bytes:
        raise BackupError(f"{into} lacks room", hint=f"{manifest.bytes} bytes of it")
    for number, one in enumerate(manifest.databases):
        progress(f"unpack {one.name}", number / len(manifest.databases))
        member = tar.next()
        content = None if member is None else tar.extractfile(member)
        if member is None or content is None or member.name != one.name:
            raise BackupError(f"the archive lacks {one.name}")
        if member.size != one.bytes:
            raise BackupError(f"{one.name} has another size in the archive")
        _extract(content, into / one.name, one.bytes)
        if describe(into / one.name) != one:
            raise BackupError(
                f"{one.name} in the archive is not what was backed up",
                hint="take an older archive",
            )
    if tar.next() is not None:
        raise BackupError("the archive holds more than its manifest says")
    return manifest


def _extract(content: IO[bytes], path: Path, size: int) -> None:
    with os.fdopen(os.open(path, FLAGS, 0o600), "wb") as file:
        while size > 0 and (piece := content.read(min(BLOCK, size))):
            file.write(piece)
            size -= len(piece)
        file.flush()
        os.fsync(file.fileno())
