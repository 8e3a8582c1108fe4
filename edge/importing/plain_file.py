"""The bytes of a plain file that nobody is writing, and never more than we take."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TypeAlias

from edge.importing.refusal import ImportRefused
from exports.document import MOST_BYTES

Seen: TypeAlias = tuple[int, int, int]
"""Which file it is, its size, and the instant of its last change, in ns."""


def seen(told: os.stat_result) -> Seen:
    """Give what changes when a file does."""
    return told.st_ino, told.st_size, told.st_mtime_ns


def plain_bytes(
    path: Path | str,
    *,
    directory: int | None = None,
    follow: bool = False,
    known: Seen | None = None,
) -> bytes:
    """Read a file, one byte more than is taken at most; raise ImportRefused, OSError.

    "not-a-file": a pipe, a device, a directory, or a link where none is followed.
    "still-growing": it changed meanwhile, or is no more as it was `known`.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY
    flags |= os.O_NONBLOCK  # a pipe without a writer is opened at once
    told = os.stat(path, dir_fd=directory, follow_symlinks=follow)
    if not stat.S_ISREG(told.st_mode):
        raise _no_file()  # to open a device may be to set it going
    descriptor = os.open(
        path, flags if follow else flags | os.O_NOFOLLOW, dir_fd=directory
    )
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise _no_file()
        data = _read(file.fileno())
        after = os.fstat(descriptor)
    whole = len(data) == min(before.st_size, MOST_BYTES + 1)
    if not whole or not seen(after) == seen(before) == (known or seen(before)):
        raise ImportRefused(
            "still-growing", "the file is being written", hint="wait until it is whole"
        )
    return data


def _read(descriptor: int) -> bytes:
    parts, left = [], MOST_BYTES + 1
    while left and (part := os.read(descriptor, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _no_file() -> ImportRefused:
    return ImportRefused("not-a-file", "this is no plain file")
