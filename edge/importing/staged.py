"""Files handed to the running service: copied into its data directory, taken once.

The service sees little of the disk besides; whoever sends a file copies it here.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from edge.errors import JournalError
from edge.importing.plain_file import plain_bytes
from edge.importing.refusal import ImportRefused
from edge.journal.file import private_directory

STAGED = "staged"


def stage(data_dir: Path, data: bytes) -> str:
    """Copy a file's bytes there, for its owner's eyes; give the name to send."""
    directory = data_dir / STAGED
    fresh = not directory.exists()
    private_directory(directory)
    owner = data_dir.stat()
    name = secrets.token_hex(16)
    try:
        descriptor = os.open(
            directory / name,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW,
            0o600,
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if os.geteuid() == 0:  # the service's user must be able to read it
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        if fresh and os.geteuid() == 0:
            os.chown(directory, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise JournalError(f"{directory} can't be written to: {error}") from error
    return name


def fetch(data_dir: Path, name: str) -> bytes:
    """Take staged bytes, which are gone then; raise ImportRefused if there are none."""
    if len(name) != 32 or not name.isalnum():
        raise ImportRefused("unreadable", "this is no staged file")
    path = data_dir / STAGED / name
    try:
        return plain_bytes(path)
    except (OSError, ImportRefused) as error:
        raise ImportRefused("unreadable", "the staged file can't be read") from error
    finally:
        path.unlink(missing_ok=True)


def clear(data_dir: Path) -> None:
    """Remove what a service that ended left behind."""
    directory = data_dir / STAGED
    if directory.is_dir():
        for path in directory.iterdir():
            path.unlink(missing_ok=True)
