"""Copies that Relevé itself made or was handed: files in the home's own directory.

None of them can be cut: a backup is one sealed whole, a file that was dropped is the
operator's. What may hold something of what is erased goes whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.config import Config
from edge.errors import JournalError
from edge.importing.folder import DONE, REFUSED
from edge.importing.packed import unpack
from edge.importing.staged import STAGED
from edge.journal.erased import Erased
from edge.journal.file import sync_directory
from edge.journal.imports import Imported
from edge.journal.journal import Journal

BACKUPS = "backups"
PATTERNS = (
    "*.damaged*",
    "*.before-restore.*",
    "*/*.damaged*",
    f"{BACKUPS}/releve-*",
    f"{BACKUPS}/.*.draft",
    f"{BACKUPS}/.*.scratch",
    "restoring",
    "copies/*",
    "extracts/*",
    f"{STAGED}/*",
    "transfers/*/*/pack",
    "transfers/*/*/.pack.*",
)
"""What was set aside, what stood here before a backup was put back, backups, and what
is handed over just now, to another home or by one: whoever waits for it asks again."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Backups, databases that were set aside, files that were dropped and imported."""

    journal: Journal
    folder: Path | None
    backups: Sequence[Path] = ()
    name: str = "copies"

    async def count(self, stone: Erased) -> int:
        """Say how many files would go."""
        return await asyncio.to_thread(lambda: len(self._found(stone)))

    async def erase(self, stone: Erased) -> int:
        """Remove them."""
        return await asyncio.to_thread(self._remove, stone)

    async def clean(self) -> None:
        """Do nothing: a file that is removed has no page that stays."""

    def _remove(self, stone: Erased) -> int:
        found = self._found(stone)
        try:
            for path in found:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            for directory in {path.parent for path in found}:
                sync_directory(directory)
        except OSError as error:
            raise JournalError(
                f"{error.filename} can't be removed: {error.strerror}",
                hint="it must be the service's user's: it is tried again",
            ) from error
        return len(found)

    def _found(self, stone: Erased) -> list[Path]:
        here = self.journal.directory
        found = [path for pattern in PATTERNS for path in here.glob(pattern)]
        for place in self.backups:
            for pattern in ("releve-*", ".releve-*"):  # and what is being made there
                found += place.glob(pattern)
        return sorted({*found, *self._dropped(stone)})

    def _dropped(self, stone: Erased) -> Iterator[Path]:
        """Give the dropped files that may speak of it, each with the word about it."""
        if self.folder is None:
            return
        others = {
            one.digest
            for one in self.journal.imported()
            if not self._speaks(one, stone)
        }
        for path, word in _files(self.folder / DONE):
            if _digest(path) not in others:
                yield from (path, word)
        # nobody knows what a file says that could not be read
        for path, word in _files(self.folder / REFUSED):
            yield from (path, word)

    def _speaks(self, one: Imported, stone: Erased) -> bool:
        if stone.meter not in one.meters:
            return False
        said = unpack(self.journal.said_by_import(one.number))
        return any(
            each.meter == stone.meter and stone.meets(each.start_ms, each.end_ms)
            for each in said
        )


def copies_of(config: Config, journal: Journal) -> Copies:
    """Give the copies of a home, as it is configured."""
    here, folder, made = journal.directory, config.imports.folder, config.backup
    return Copies(
        journal,
        None if folder is None else here / folder,
        () if made is None else (here / made.to,),
    )


def _files(directory: Path) -> list[tuple[Path, Path]]:
    """Give each file, and the word about it."""
    there = set(directory.iterdir()) if directory.is_dir() else set()
    words = {path.with_name(f"{path.name}.txt") for path in there}
    return [
        (path, path.with_name(f"{path.name}.txt"))
        for path in sorted(there)
        if path not in words
    ]


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
