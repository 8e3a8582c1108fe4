"""The drop folder: what is put there is imported, then moved, with a word about it."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from edge.errors import EdgeError
from edge.importing import words
from edge.importing.reading import Asked
from edge.importing.report import Report
from edge.journal.file import private_directory
from exports.document import MOST_BYTES

log = logging.getLogger(__name__)

EVERY_S = 5.0
DONE, REFUSED = "done", "refused"
UNFINISHED = (".part", ".crdownload", ".tmp", "~")
"""Endings of files that are still being written."""
LISTED = 200
"""Refused rows that a word about a file lists."""


class Takes(Protocol):
    """Whoever imports a file."""

    async def take(self, data: bytes, asked: Asked) -> Report:
        """Import it; a refusal is a report as well."""
        ...


Seen = tuple[int, int]
"""A file's size and the instant of its last change, in ns."""


@dataclass(slots=True)
class Folder:
    """Watches one directory; each file is taken once it has stopped growing.

    Links, hidden files and directories are left alone. A file that can't be committed
    now (a full disk) stays for the next round.
    """

    directory: Path
    importer: Takes
    every_s: float = EVERY_S
    _seen: dict[str, Seen] = field(default_factory=dict)
    _stuck: set[tuple[str, Seen]] = field(default_factory=set)

    async def run(self) -> None:
        """Watch for ever."""
        await asyncio.to_thread(self._make)
        while True:
            await self.look()
            await asyncio.sleep(self.every_s)

    def _make(self) -> None:
        private_directory(self.directory)
        for name in (DONE, REFUSED):
            private_directory(self.directory / name)

    async def look(self) -> int:
        """Take what has stopped growing since the last look; give how many files."""
        there = await asyncio.to_thread(self._there)
        ready = [name for name, seen in there.items() if self._seen.get(name) == seen]
        self._seen = there
        count = 0
        for name in ready:
            if (name, there[name]) not in self._stuck:
                count += await self._take(name, there[name])
        return count

    def _there(self) -> dict[str, Seen]:
        found = {}
        with os.scandir(self.directory) as entries:
            for entry in entries:
                name = entry.name
                if name.startswith(".") or name.lower().endswith(UNFINISHED):
                    continue
                if entry.is_file(follow_symlinks=False):
                    told = entry.stat(follow_symlinks=False)
                    found[name] = (told.st_size, told.st_mtime_ns)
        return dict(sorted(found.items()))

    async def _take(self, name: str, seen: Seen) -> bool:
        try:
            data = await asyncio.to_thread(_bytes, self.directory / name)
            report = await self.importer.take(data, Asked(name))
        except OSError as error:
            self._stuck.add((name, seen))
            log.warning("a file in the import folder can't be read: %s", error.strerror)
            return False
        except EdgeError as error:
            log.warning("a file in the import folder waits: %s", error)
            return False
        await asyncio.to_thread(self._move, name, report)
        return True

    def _move(self, name: str, report: Report) -> None:
        """Move a file to where its like are, with a text that says what came of it."""
        directory = self.directory / (REFUSED if report.whole else DONE)
        target = _free(directory, name)
        (self.directory / name).rename(target)
        target.with_name(f"{target.name}.txt").write_text(word(report), "utf-8")


def _bytes(path: Path) -> bytes:
    """Read a file that is one: never through a link, never more than we take."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is no plain file")
        return file.read(MOST_BYTES + 1)


def _free(directory: Path, name: str) -> Path:
    """Give a name that nothing has there."""
    target = directory / name
    number = 1
    while target.exists() or target.with_name(f"{target.name}.txt").exists():
        number += 1
        target = directory / f"{number}-{name}"
    return target


def word(report: Report, now: Callable[[], float] = time.time) -> str:
    """Say what came of a file, in French, then in English."""
    stamp = time.strftime("%Y-%m-%d %H:%M", time.localtime(now()))
    parts: list[str] = []
    for language, told in (("fr", FRENCH), ("en", ENGLISH)):
        lines = [f"{stamp} · {report.file}"]
        if report.whole:
            lines.append(told["refused"] + words.said(report.refused[0], language))
        else:
            lines.append(
                told["counts"].format(
                    new=report.new,
                    changed=report.changed,
                    unchanged=report.unchanged,
                    refused=len(report.refused),
                )
            )
            lines += [
                f"  {words.place(one.place, language)}: {words.said(one, language)}"
                for one in report.refused[:LISTED]
            ]
            if len(report.refused) > LISTED:
                lines.append("  …")
            if report.number is not None:
                lines.append(told["undo"].format(number=report.number))
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


FRENCH = {
    "refused": "Refusé : ",
    "counts": "{new} nouvelles valeurs, {changed} changées, {unchanged} inchangées,"
    " {refused} refusées",
    "undo": "Importé sous le numéro {number} ; `releve import undo {number}` l'annule.",
}
ENGLISH = {
    "refused": "Refused: ",
    "counts": "{new} new values, {changed} changed, {unchanged} unchanged,"
    " {refused} refused",
    "undo": "Imported as number {number}; `releve import undo {number}` takes it back.",
}
