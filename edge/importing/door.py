"""Where a command sends its files: the running service, else the journal itself."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from edge.commands import CONTROL_SOCKET, CommandRefused, ImportFile, UndoImport
from edge.config import Config
from edge.errors import AlreadyRunning
from edge.importing.home import home_of
from edge.importing.importer import Importer, Tell, Undone
from edge.importing.reading import Asked
from edge.importing.report import Report
from edge.importing.staged import STAGED, stage
from edge.journal.file import JOURNAL
from edge.journal.journal import Journal
from edge.reads import Reads
from edge.service.control import send
from edge.stores.sqlite.store import FILE, SqliteStore


class Door(Protocol):
    """Takes files and takes them back."""

    async def take(self, data: bytes, asked: Asked, tell: Tell) -> Report:
        """Import a file, or preview it."""
        ...

    async def undo(self, number: int) -> Undone:
        """Take an import back; raise EdgeError."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """The running service, by its control socket."""

    data_dir: Path

    async def take(self, data: bytes, asked: Asked, tell: Tell) -> Report:
        """Have the service import a file, or preview it."""
        tell("service", 0.1)
        name = stage(self.data_dir, data)
        command = ImportFile(
            name,
            asked.name,
            asked.meter,
            asked.register,
            asked.mapping,
            asked.dry_run,
        )
        try:
            return Report.parse(await send(self.data_dir, command))
        finally:
            (self.data_dir / STAGED / name).unlink(missing_ok=True)

    async def undo(self, number: int) -> Undone:
        """Have the service take an import back."""
        return Undone(**await send(self.data_dir, UndoImport(number)))


@asynccontextmanager
async def opened(config: Config, *, dry_run: bool = False) -> AsyncIterator[Door]:
    """Lend the door that is open: the journal's, or the service's that holds it.

    A preview makes no journal where there is none. Raises EdgeError when neither can
    be reached.
    """
    data_dir = Path(config.data_dir)
    if dry_run and not (data_dir / JOURNAL).exists():
        with TemporaryDirectory() as empty, _journal(config, Path(empty)) as none:
            yield none
        return
    with ExitStack() as stack:
        try:
            door: Door = stack.enter_context(_journal(config, data_dir))
        except AlreadyRunning as error:
            if not (data_dir / CONTROL_SOCKET).exists():
                raise CommandRefused(
                    error.message, hint="wait until it has started or ended"
                ) from error
            door = Service(data_dir)
        yield door


@contextmanager
def _journal(config: Config, directory: Path) -> Iterator[Importer]:
    """Lend an importer into a journal that nobody else has open."""
    journal = Journal.open(directory)
    try:
        store = SqliteStore(directory / FILE)
        try:
            home = home_of(config, journal.devices(), journal.last_sample)
            yield Importer(journal, Reads(store, journal), home, _now_ms)
        finally:
            store.close()
    finally:
        journal.close()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
