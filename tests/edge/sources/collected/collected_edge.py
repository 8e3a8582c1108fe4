"""A home of three fluids, its door for collectors open, and what they say to it."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from edge.catalogue import Fluid
from edge.config import CollectorConfig
from edge.importing.meters import Place, Places
from edge.importing.reading import Home
from edge.journal.journal import Journal
from edge.reads import Reads
from edge.sample import millis
from edge.sources.collected.door import SOCKET, CollectedDoor
from edge.sources.collected.taking import Taker
from edge.stores.sqlite import SqliteStore

PARIS = ZoneInfo("Europe/Paris")
NOW_MS = 1_795_500_000_000  # 24 November 2026
PRM = "01234567890123"
DAY_MS = 86_400_000
PLACES = (
    Place("linky", Fluid.ELECTRICITY, frozenset({PRM})),
    Place("gas", Fluid.GAS),
    Place("cellar", Fluid.WATER),
    Place("garden", Fluid.WATER),
)


def at(day, hour=0):
    return millis(datetime(2026, 11, day, hour, tzinfo=PARIS))


def row(day, value, quantity="energy_wh", nature="measured", index=None):
    return [quantity, at(day, 6), at(day + 1, 6), value, nature, index]


async def close(writer):
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


class Edge:
    def __init__(self, directory):
        self.directory = directory
        self.now_ms = NOW_MS
        self.journal = Journal.open(directory, ballast_bytes=0)
        self.store = SqliteStore(directory / "store.db")
        self.reads = Reads(self.store, self.journal)
        collectors = [
            CollectorConfig(kind="grdf"),
            CollectorConfig(kind="tempo"),
            CollectorConfig(kind="suez", id="garden-water", meter="garden"),
            CollectorConfig(kind="veolia"),
            CollectorConfig(kind="conso-api"),
        ]
        home = Home(Places(PLACES), PARIS)
        taker = Taker(
            *(self.journal, self.reads, home),
            {one.name: one for one in collectors},
            self.tick,
        )
        self.door = CollectedDoor(directory, taker, self.tick)

    def tick(self):
        self.now_ms += 1
        return self.now_ms

    def slices(self, meter="gas", register="gas_energy_wh"):
        return self.reads.slices(meter, register, 0, 1 << 50, 10_000)

    async def say(self, message):
        path = str(self.directory / SOCKET)
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            data = message if isinstance(message, bytes) else json.dumps(message)
            writer.write((data if isinstance(data, bytes) else data.encode()) + b"\n")
            answer = await reader.readline()
        finally:
            await close(writer)
        return json.loads(answer) if answer else None

    async def hand(self, rows, collector="grdf", fluid="gas", number=None):
        return await self.say(
            {"collector": collector, "fluid": fluid, "number": number, "rows": rows}
        )
