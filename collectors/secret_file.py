"""Secrets in files of mode 0600, read at each attempt and kept nowhere else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from collectors.collector import Credentials
from collectors.errors import NotCollected, Reason

MOST_BYTES = 4096


def read(path: Path | None, lines: int) -> Credentials:
    """Give the first lines of a secret file; raise NotCollected.

    A password stands on its line as it is: quotes and backslashes are part of it.
    """
    if lines == 0:
        return Credentials()
    if path is None:
        raise NotCollected(Reason.NO_SECRET)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            told = os.fstat(file.fileno())
            if not stat.S_ISREG(told.st_mode):
                raise NotCollected(Reason.NO_SECRET)
            if told.st_mode & 0o077:
                raise NotCollected(Reason.OPEN_SECRET)
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotCollected(Reason.NO_SECRET) from error
    try:
        found = data.decode("utf-8-sig").splitlines()[:lines]
    except UnicodeDecodeError as error:
        raise NotCollected(Reason.BAD_SECRET) from error
    whole = len(data) <= MOST_BYTES and len(found) == lines
    # a password may begin or end with a space, a name or a token doesn't
    found = [line.strip() if number != 1 else line for number, line in enumerate(found)]
    if not whole or not all(found) or any(not line.isprintable() for line in found):
        raise NotCollected(Reason.BAD_SECRET)
    return Credentials(tuple(found))


def stamp(path: Path | None) -> str:
    """Give what changes when the file does: a mended secret is tried at once."""
    try:
        told = None if path is None else path.stat()
    except OSError:
        told = None
    if told is None:
        return ""
    return f"{told.st_mtime_ns}-{told.st_size}-{told.st_mode:o}"
