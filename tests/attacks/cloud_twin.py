"""A simulated home that tells a cloud, and all that the cloud gets there, noted."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

from edge.consent.consents import Choice
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.outputs.cloud.account import Account, keep
from edge.sample import Sample
from tests.attacks.twin_home import LINKY, TwinReads, paris
from tests.real.brokers import until
from tests.real.cloud_house import MINE, PREFIX, CloudHome

HALF_MS = 1_800_000


class CloudTwin(CloudHome):
    """One of two homes; `said` is what its cloud got, in order."""

    def __init__(self, name, path, cloud, grain, window_ms):
        super().__init__(path, cloud, TwinReads(name, grain, window_ms=window_ms))
        self.name = name
        self.said: list[tuple[object, ...]] = []
        self.service = None
        self.grants: list[str] = []

    @property
    def other(self):
        """Whether it is the home that differs in all that isn't shown."""
        return self.name == "b"

    async def give(self, *held):
        """Grant the cloud what it is to hold."""
        choices = [replace(one, channels=("cloud",)).choice for one in held]
        known = self.service or MINE
        service, given = await asyncio.to_thread(self.consents.give, known, choices, {})
        if self.service is None:
            keep(self.config.data_dir, "mine", Account(service.id, "", ""))
        self.service = service.id
        return given

    async def narrow(self, consent, **less):
        """Have the cloud hold less from now on."""
        choice = Choice(replace(consent.terms, **less), consent.meters)
        return await asyncio.to_thread(self.consents.narrow, consent.id, choice)

    @asynccontextmanager
    async def listening(self):
        """Listen as whoever owns the cloud; what came is noted at the end."""
        async with self.cloud.ear(f"{PREFIX}/#") as ear:
            yield ear
            await self.settled()
            # what the broker gave it before it answers, it has
            await ear.connection.subscribe(f"{PREFIX}/response", qos=1)
        for told in ear.told:
            if told.topic != f"{PREFIX}/claim":
                self.said.append((told.topic, told.retain, self.named(told.payload)))

    def named(self, payload):
        """Give a message with each grant by its place: its name is of chance."""
        document = json.loads(payload)
        if "grant" in document:
            if document["grant"] not in self.grants:
                self.grants.append(document["grant"])
            document["grant"] = self.grants.index(document["grant"])
        return json.dumps(document).encode()

    @asynccontextmanager
    async def without(self):
        """Have the cloud be away meanwhile; whoever listens is back before the home."""
        back = asyncio.Event()
        self.destination.session._ready = back.wait
        self.cloud.end()
        await until(lambda: not self.health.gauges["connected"])
        yield back
        await self.cloud.start()

    async def settled(self):
        """Return once all that is due was found and sent, if anything is granted."""
        if self.destination.granted:
            await self.up()
            await self.quiet()
            deliveries = self.destination.deliveries
            await until(lambda: deliveries.whole)
            await self.quiet()

    async def on(self, text):
        """Let time pass up to an instant, and what is due by then be told."""
        await self.to(paris(text))
        await self.settled()

    async def to_only(self, text):
        """Let time pass up to an instant, whoever is there to be told."""
        await self.to(paris(text))

    async def answered(self, ear, **document):
        """Ask, and wait for the answer."""
        before = len(ear.documents("/response"))
        await ear.ask(**document)
        await until(lambda: len(ear.documents("/response")) > before)

    async def differ(self):
        """Have the home do what no cloud that holds days may learn of."""
        at_ms = self.clock.wall_ms // HALF_MS * HALF_MS - 6 * HALF_MS
        for n in range(5 if self.other else 1):
            row = Interval(
                *(LINKY, "import_total_wh", Step.MIN30, at_ms, at_ms + HALF_MS, n),
                revision=n + 2,
            )
            await self.journal.append([(row,)])
            value = 500 + n + 1000 * self.other
            values = {"apparent_power_va": value, "import_total_wh": value}
            self.bus.publish(Sample(LINKY, self.clock.wall_ms + n, values))
            event = Event(LINKY, self.clock.wall_ms + n, EventKind.TARIFF, {"n": n})
            await self.journal.append([event])
