"""The drop folder: what is put there is imported, then moved, with a word about it."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from edge.errors import EdgeError
from edge.importing import words
from edge.importing.importer import refused
from edge.importing.plain_file import Seen, plain_bytes, seen
from edge.importing.reading import Asked
from edge.importing.refusal import ImportRefused
from edge.importing.report import Report
from edge.journal.file import private_directory

log = logging.getLogger(__name__)

EVERY_S = 5.0
DAY_S = 86_400
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


@dataclass(slots=True)
class Folder:
    """Watches one directory; each file is taken once it has stopped growing.

    Hidden files and directories are left alone; a link, a pipe, a device are refused
    without being opened. A file that can't be committed now (a full disk) stays for
    the next round.
    """

    directory: Path
    importer: Takes
    every_s: float = EVERY_S
    kept_days: int = 0
    """How long files that were taken, or refused, are kept; 0: until they are moved."""
    _seen: dict[str, Seen] = field(default_factory=dict)
    _stuck: set[tuple[str, Seen]] = field(default_factory=set)

    async def run(self) -> None:
        """Watch for ever."""
        await asyncio.to_thread(self._make)
        tidied = 0.0
        while True:
            await self.look()
            if self.kept_days and time.time() - tidied > DAY_S:
                tidied = time.time()
                await asyncio.to_thread(self.tidy, tidied)
            await asyncio.sleep(self.every_s)

    def tidy(self, now_s: float) -> None:
        """Remove files, and the words about them, that were taken long ago."""
        for name in (DONE, REFUSED):
            with _opened(self.directory) as here, _opened(name, here) as there:
                for text in _texts(there):
                    if self._old(text, there, now_s):
                        for each in (text.removesuffix(".txt"), text):
                            with suppress(FileNotFoundError, IsADirectoryError):
                                os.unlink(each, dir_fd=there)

    def _old(self, name: str, directory: int, now_s: float) -> bool:
        """Tell by when the word was written: a file keeps its own, older, time."""
        found = os.stat(name, dir_fd=directory, follow_symlinks=False)
        return now_s - found.st_mtime > self.kept_days * DAY_S

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
                if not entry.is_dir(follow_symlinks=False):
                    found[name] = seen(entry.stat(follow_symlinks=False))
        return dict(sorted(found.items()))

    async def _take(self, name: str, known: Seen) -> bool:
        asked = Asked(name)
        try:
            try:
                data = await asyncio.to_thread(self._bytes, name, known)
            except ImportRefused as error:
                if error.reason == "still-growing":
                    return False
                report = refused(asked, error)
            else:
                report = await self.importer.take(data, asked)
            await asyncio.to_thread(self._move, name, report)
        except OSError as error:
            self._stuck.add((name, known))
            log.warning("a file in the import folder can't be read: %s", error.strerror)
            return False
        except EdgeError as error:
            log.warning("a file in the import folder waits: %s", error)
            return False
        return True

    def _bytes(self, name: str, known: Seen) -> bytes:
        with _opened(self.directory) as here:
            return plain_bytes(name, directory=here, known=known)

    def _move(self, name: str, report: Report) -> None:
        """Move a file to where its like are, with a text that says what came of it.

        Through no link: who may put a file here must not choose where we write.
        """
        where = REFUSED if report.whole else DONE
        with _opened(self.directory) as here, _opened(where, here) as there:
            target = _free(there, name)
            os.rename(name, target, src_dir_fd=here, dst_dir_fd=there)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            text = os.open(f"{target}.txt", flags, 0o600, dir_fd=there)
            with os.fdopen(text, "w", encoding="utf-8") as file:
                file.write(word(report))


@contextmanager
def _opened(directory: Path | str, within: int | None = None) -> Iterator[int]:
    """Lend a directory; one within another is one, and no link to one."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    if within is not None:
        flags |= os.O_NOFOLLOW
    descriptor = os.open(directory, flags, dir_fd=within)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _texts(directory: int) -> list[str]:
    """Give the words about files."""
    return [name for name in os.listdir(directory) if name.endswith(".txt")]


def _free(directory: int, name: str) -> str:
    """Give a name that nothing has there."""
    there = set(os.listdir(directory))
    target, number = name, 1
    while target in there or f"{target}.txt" in there:
        number += 1
        target = f"{number}-{name}"
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
