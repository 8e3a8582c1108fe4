"""The journal and the embedded store: one place, since each repeats the other."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from edge.bus import Bus
from edge.importing.packed import pack, unpack
from edge.journal.erased import Erased, Tombstones
from edge.journal.journal import Journal
from edge.roller import consumer as rolling
from edge.roller.state import without
from edge.stores.projector import Projector
from edge.stores.sqlite.store import SqliteStore


@dataclass(frozen=True, slots=True)
class Readings:
    """All that the home knows of its meters; `roller` and `bus` are those that run."""

    journal: Journal
    store: SqliteStore
    projector: Projector
    roller: rolling.RollerConsumer | None = None
    bus: Bus | None = None
    name: str = "readings"

    async def count(self, stone: Erased) -> int:
        """Say how many records and rows would go."""
        records = await asyncio.to_thread(self.journal.met_by, stone)
        return len(records) + await asyncio.to_thread(self.store.would_erase, stone)

    async def erase(self, stone: Erased) -> int:
        """Take it out of both, while nothing is rolled of it.

        The store has all that is committed first: what is read of the journal's end
        meanwhile is of later.
        """
        async with AsyncExitStack() as stack:
            if self.roller is not None:
                await stack.enter_async_context(self.roller.still())
            await self.journal.commit()
            await self.projector.project()
            memories = {rolling.NAME: partial(without, stone=stone)}
            gone = await self.journal.erase(stone, partial(_sift, stone), memories)
            if self.bus is not None:
                self.bus.forget(stone.meter, stone.start_ms, stone.end_ms)
            return gone + await asyncio.to_thread(self.store.erase, stone)

    async def clean(self) -> None:
        """Write both files anew."""
        await self.journal.clean()
        await asyncio.to_thread(self.store.clean)


def _sift(stone: Erased, packed: bytes) -> tuple[bytes | None, int]:
    """Give what is left of an import, and how many of its slices went."""
    said = unpack(packed)
    left = Tombstones((stone,)).slices(said)
    if list(left) == said:
        return packed, 0
    return (pack(left) if left else None), max(1, len(said) - len(left))
