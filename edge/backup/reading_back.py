"""An archive read back where it lies: every byte, and nothing written in clear."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO

from edge.backup.archive import BLOCK, opened
from edge.backup.manifest import Manifest, manifest_of
from edge.backup.refusing import refusing
from edge.errors import BackupError


def read_back(archive: Path, beside: Path, passphrase: str | None = None) -> Manifest:
    """Read an archive whole, and give its manifest; raise BackupError.

    What was sealed is opened into a file without a name in `beside`.
    """
    with (
        refusing(f"{archive.name} can't be read back"),
        opened(archive, passphrase, beside) as tar,
    ):
        manifest = manifest_of(tar)
        for one in manifest.databases:
            member = tar.next()
            content = None if member is None else tar.extractfile(member)
            if member is None or content is None or member.name != one.name:
                raise BackupError(f"{archive.name} lacks {one.name}")
            if member.size != one.bytes or _digest(content) != one.sha256:
                raise BackupError(
                    f"{one.name} in {archive.name} is not what was backed up",
                    hint="a new backup is made; look at the disk it lies on",
                )
        if tar.next() is not None:
            raise BackupError(f"{archive.name} holds more than its manifest says")
    return manifest


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := content.read(BLOCK):
        digest.update(piece)
    return digest.hexdigest()
