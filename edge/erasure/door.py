"""Who erases for a command: the running service, else the command, alone there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from edge.commands import CommandRefused, Erase
from edge.config import Config
from edge.erasure.books import Books
from edge.erasure.copies import copies_of
from edge.erasure.erasing import asked
from edge.erasure.erasure import Erasure
from edge.erasure.place import Place
from edge.erasure.readings import Readings
from edge.errors import AlreadyRunning, JournalError, StoreDown
from edge.journal import erased
from edge.journal.erased import Erased
from edge.journal.file import JOURNAL
from edge.journal.journal import Journal
from edge.service.control import send
from edge.service.lent import LentDatabase
from edge.stores.projector import Projector
from edge.stores.sqlite.store import FILE, SqliteStore

LOOK_S = 0.3

Tell = Callable[[float], None]
"""Told the part that is done, 0.0 to 1.0."""


class Door(Protocol):
    """Says what an erasure would take, and has it done."""

    async def preview(self, command: Erase) -> dict[str, int | str]:
        """Give how much each place would let go, or why it can't say; EdgeError."""
        ...

    async def erase(self, command: Erase, tell: Tell) -> list[Erased]:
        """Erase, and give the tombstones once each place has answered."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """The running service, by its control socket."""

    data_dir: Path

    async def preview(self, command: Erase) -> dict[str, int | str]:
        """Ask it."""
        told = await send(self.data_dir, replace(command, dry_run=True))
        return dict(told["places"])

    async def erase(self, command: Erase, tell: Tell) -> list[Erased]:
        """Have it erase, and look how far it is until each place has answered."""
        told: dict[str, Any] = await send(self.data_dir, command)
        places = told["places"]
        while True:
            stones = await asyncio.to_thread(self._stones, told["numbers"])
            answered = sum(len(one.places) for one in stones)
            tell(answered / max(1, places * len(stones)))
            if all(one.finished_ms is not None for one in stones):
                return stones
            if answered >= places * len(stones) and _waits(stones):
                return stones
            await asyncio.sleep(LOOK_S)

    def _stones(self, numbers: list[int]) -> list[Erased]:
        try:
            stones = erased.read(LentDatabase(self.data_dir))
        except (CommandRefused, OSError) as error:
            raise CommandRefused(
                "the service ended before all was erased",
                hint="what was begun is finished when it starts",
            ) from error
        return [one for one in stones if one.number in numbers]


def _waits(stones: list[Erased]) -> bool:
    return any(isinstance(word, str) for one in stones for word in one.places.values())


@dataclass(frozen=True, slots=True)
class Alone:
    """A process that has the home to itself."""

    erasure: Erasure

    async def preview(self, command: Erase) -> dict[str, int | str]:
        """Look."""
        told = await asked(self.erasure, replace(command, dry_run=True))
        return dict(told["places"])

    async def erase(self, command: Erase, tell: Tell) -> list[Erased]:
        """Erase here and now."""
        numbers = (await asked(self.erasure, command))["numbers"]
        tell(0.5)
        await self.erasure.work()
        stones = await asyncio.to_thread(self.erasure.journal.erased)
        return [one for one in stones if one.number in numbers]


@dataclass(frozen=True, slots=True)
class Later:
    """A place that only the running service reaches."""

    name: str

    async def count(self, stone: Erased) -> int:
        """Say nothing yet."""
        del stone
        return 0

    async def erase(self, stone: Erased) -> int:
        """Leave it to the service."""
        del stone
        raise StoreDown(f"{self.name}: done by the service, when it starts")

    async def clean(self) -> None:
        """Do nothing."""


@asynccontextmanager
async def erasing(config: Config) -> AsyncIterator[Door]:
    """Lend the door that is open: the service's, else this process's own.

    Raises EdgeError when neither can be reached.
    """
    data_dir = Path(config.data_dir)
    if not (data_dir / JOURNAL).exists():
        raise JournalError(f"there is no journal in {data_dir}", hint="check data_dir")
    with ExitStack() as stack:
        try:
            journal = stack.enter_context(closing(Journal.open(data_dir)))
        except AlreadyRunning:
            yield Service(data_dir)
            return
        store = stack.enter_context(closing(SqliteStore(data_dir / FILE)))
        yield Alone(_erasure(config, journal, store))


def _erasure(config: Config, journal: Journal, store: SqliteStore) -> Erasure:
    here = journal.directory

    def meters() -> list[str]:
        return sorted({*(one.id for one in config.meters), *store.meters()})

    places: list[Place] = [
        copies_of(config, journal),
        Readings(journal, store, Projector(journal, store)),
        Books(here),
    ]
    if config.influxdb is not None:
        places.append(Later("influxdb"))
    if config.mqtt.url is not None:
        places.append(Later("broker"))
    if any((here / "cozy").glob("*.json")):
        places.append(Later("cozy"))
    return Erasure(journal, places, lambda: time.time_ns() // 1_000_000, meters)
