"""The place of a home's backups: which are there, and how many stay."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from edge.journal.file import sync_directory
from edge.sample import utc

NAME = re.compile(r"releve-\d{8}T\d{6}Z\.(tar\.gz|sealed)")
"""As the package's nightly timer names them, too."""


def name_of(made_ms: int, *, sealed: bool) -> str:
    """Give the name of a backup that is made now; a later one sorts behind."""
    stamp = utc(made_ms).strftime("%Y%m%dT%H%M%SZ")
    return f"releve-{stamp}.{'sealed' if sealed else 'tar.gz'}"


def backups(place: Path) -> list[Path]:
    """Give the backups of a place, the oldest first."""
    there = place.iterdir() if place.is_dir() else ()
    return sorted(
        path
        for path in there
        if NAME.fullmatch(path.name) and path.is_file() and not path.is_symlink()
    )


def let_go(place: Path, newest: Path, keep: int) -> int:
    """Remove all but `newest`, which was proved, and the newest of the others."""
    others = [path for path in backups(place) if path != newest]
    gone = others[: max(0, len(others) - (keep - 1))]
    for path in gone:
        path.unlink(missing_ok=True)
    if gone:
        sync_directory(place)
    return len(gone)


def clear(place: Path) -> None:
    """Remove what backups that were cut off left there."""
    for path in place.glob(".releve-*.scratch"):
        shutil.rmtree(path, ignore_errors=True)
    for path in place.glob(".releve-*.draft"):
        path.unlink(missing_ok=True)
