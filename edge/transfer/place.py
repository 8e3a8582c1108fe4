"""Where transfers are in a home's directory; whoever changes one holds them all."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edge.errors import JournalError
from edge.journal.file import private_directory
from edge.private_file import write_private

PLACE, INCOMING, OUTGOING = "transfers", "incoming", "outgoing"
PACK = "pack"
"""The name of a pack's bytes, beside the words on it."""
ID = re.compile(r"[0-9a-f]{16}")
_LOCK = ".lock"
LONGEST = 1 << 20


def directory(data_dir: Path, which: str, one: str | None = None) -> Path:
    """Give where transfers of one way are, or one of them."""
    place = data_dir / PLACE / which
    return place if one is None else place / one


@contextmanager
def held(data_dir: Path, which: str) -> Iterator[Path]:
    """Hold the transfers of one way: nobody else changes any meanwhile. Blocks."""
    private_directory(data_dir / PLACE)
    place = directory(data_dir, which)
    private_directory(place)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        lock = os.open(place / _LOCK, flags, 0o600)
    except OSError as error:
        raise JournalError(f"{place} can't be used: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place
    finally:
        os.close(lock)


def names(data_dir: Path, which: str) -> list[str]:
    """Give the ids of what is there."""
    place = directory(data_dir, which)
    there = place.iterdir() if place.is_dir() else ()
    return sorted(path.name for path in there if ID.fullmatch(path.name))


def write(path: Path, document: Any) -> None:
    """Keep a document, durably or not at all; raise JournalError."""
    try:
        write_private(path, json.dumps(document, indent=1).encode())
    except OSError as error:
        raise JournalError(f"{path} can't be written: {error.strerror}") from error


def read(path: Path) -> Any:
    """Give a document that was kept; None where there is none that can be read."""
    try:
        with path.open("rb") as file:
            return json.loads(file.read(LONGEST))
    except (OSError, ValueError, RecursionError):
        return None
