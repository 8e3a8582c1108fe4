"""What each collector last did, in a file of its own that survives a restart."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from collectors.errors import Reason

MOST_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Past:
    """One collector's past; instants are ms of UTC, None is never.

    `reason` is of the last attempt, None when it brought all there was; `nothing` tells
    that the portal answered and had no reading. The counts are the last success's, and
    `newest_ms` is the end of the newest reading.
    """

    attempt_ms: int | None = None
    success_ms: int | None = None
    next_ms: int | None = None
    failures: int = 0
    reason: str | None = None
    where: str = ""
    status: int | None = None
    nothing: bool = False
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    newest_ms: int | None = None
    stamp: str = ""

    @property
    def partly(self) -> bool:
        """Tell whether the last attempt brought something, though not all."""
        told = self.reason is not None and self.success_ms is not None
        return told and (self.success_ms or 0) >= (self.attempt_ms or 0)

    @property
    def why(self) -> Reason | None:
        """Give the reason as one of ours; one of another version is a crash."""
        if self.reason is None:
            return None
        known = self.reason in set(Reason)
        return Reason(self.reason) if known else Reason.CRASHED

    def plain(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return asdict(self)

    @classmethod
    def parse(cls, document: object) -> Past:
        """Read what `plain` gave; what doesn't fit is left as if never known."""
        given = document if isinstance(document, Mapping) else {}
        kept = {}
        for one in fields(cls):
            value, kind = given.get(one.name), KINDS[str(one.type)]
            if isinstance(value, kind) and (
                isinstance(value, bool) == (str(one.type) == "bool")
            ):
                kept[one.name] = value
        return cls(**kept)


KINDS: Mapping[str, Any] = {
    "int": int,
    "int | None": int | None,
    "str": str,
    "str | None": str | None,
    "bool": bool,
}


def directory_of(data_dir: Path) -> Path:
    """Give where pasts are kept: beside the data directory, never in it."""
    return data_dir.with_name(f"{data_dir.name}-collect")


def read(directory: Path, name: str) -> Past:
    """Give a collector's past; a damaged file is one that says nothing."""
    try:
        with (directory / f"{name}.json").open("rb") as file:
            return Past.parse(json.loads(file.read(MOST_BYTES)))
    except (OSError, ValueError, RecursionError):
        return Past()


def write(directory: Path, name: str, past: Past) -> None:
    """Keep a past: whole and durably, or not at all; raise OSError."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = directory / f".{name}.{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(aside, flags, 0o600), "wb") as file:
            file.write(json.dumps(past.plain()).encode())
            file.flush()
            os.fsync(file.fileno())
        aside.replace(directory / f"{name}.json")
    finally:
        aside.unlink(missing_ok=True)
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
