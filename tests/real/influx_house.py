"""One home whose meter speaks as fast as it can, with a real InfluxDB attached."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bench.decode import DAY_START_MS
from edge.config import Config, InfluxConfig, JournalConfig, MeterConfig, StoreConfig
from edge.errors import StoreError
from edge.host import HostClock
from edge.interval import INTERVAL_STEPS
from edge.sample import HostInstant
from edge.service.hub import Hub
from edge.service.intake import Intake
from edge.sources.mapping import Mapper
from edge.sources.replay import ReplaySource
from edge.stores.influx.consumer import InfluxConsumer, Keeping, Pace
from edge.stores.influx.names import Databases, every_fluid
from edge.stores.influx.setup import Bucket, Setup
from edge.stores.influx.token import TOKEN
from teleinfo import Decoder, Mode
from teleinfo.virtual import Contract, MeterSpec, VirtualLinky

COMMIT_MS, HOUR_MS = 30_000, 3_600_000
EVER = 1 << 50


def ready(influxd, data):
    """Do what `releve store init` does; the readings of any year are kept."""
    data.mkdir(exist_ok=True, mode=0o700)
    influxd.set_up()
    setup = Setup(influxd.url, influxd.org, token=influxd.token)
    names = Databases("releve").all
    setup.prepare([Bucket(name, 0, 52 * 604_800) for name in names], data / TOKEN)
    setup.close()


class House:
    """A hub whose meter speaks as fast as it can."""

    def __init__(self, data, url):
        config = Config(
            data_dir=data,
            journal=JournalConfig(commit_seconds=30),
            store=StoreConfig(engine="influxdb"),
            influxdb=InfluxConfig(url=url),
            meters=(MeterConfig(id="linky", port="/dev/null"),),
        )
        hub = self.hub = Hub.open(config, HostClock(trust=True), ("linky",))
        self.influx = hub.influx = InfluxConsumer(
            hub.journal,
            hub.influx.store,
            hub.store,
            Keeping(36_500, 36_500),
            Pace(every_s=0.1, first_delay_s=0.05, last_delay_s=0.3),
        )

        self.at_ms = DAY_START_MS
        spec = MeterSpec(mode=Mode.STANDARD, contract=Contract.HPHC, seed=7)
        self.meter = VirtualLinky(spec, self.at_ms)
        self.decoder, self.mapper = Decoder(Mode.STANDARD), Mapper("linky")
        source = ReplaySource("linky", "/dev/null", None, HostClock(trust=True))
        self.intake = Intake(source, hub.gates, hub.keeper, hub.bus)

    async def live(self, length_ms):
        """Live for so long; what InfluxDB does is nobody's business here."""
        committed, until = self.at_ms, self.at_ms + length_ms
        for at_ms, data in self.meter.timed_frames(committed, until):
            seen = HostInstant(at_ms, at_ms * 1_000_000, synchronised=True, boot_id="b")
            for frame in self.decoder.feed(data):
                self.intake.take(self.mapper.reading(frame, seen))
            if at_ms - committed >= COMMIT_MS:
                await self.commit()
                committed = at_ms
                await asyncio.sleep(0.005)
        self.at_ms = until

    async def commit(self):
        await self.hub.journal.commit()
        await self.hub.roller.catch_up()

    async def delivered(self):
        """Wait until InfluxDB has what the journal has, and only then be done."""
        await self.hub.projector.project()
        async with asyncio.timeout(90):
            while True:
                with suppress(StoreError):
                    cursor = await asyncio.to_thread(self.influx.store.cursor)
                    if cursor == self.hub.journal.tail:
                        return
                await asyncio.sleep(0.05)

    def same_answers(self, at_least=1):
        """Hold both stores against each other: samples, points and rows."""
        mine, its = self.hub.store, self.influx.store
        track = mine.track("linky", 0, EVER)
        assert len(track) >= at_least
        assert its.track("linky", 0, EVER).samples() == track.samples()
        assert self.points() == len(track), "an instant has two points"
        assert {m: set(r) for m, r in its.meters().items()} == {
            m: set(r) for m, r in mine.meters().items()
        }
        rows = 0
        for register in mine.meters()["linky"]:
            for step in INTERVAL_STEPS:
                query = ("linky", register, step, 0, EVER, 99_999)
                expected = mine.intervals(*query)
                assert its.intervals(*query) == expected
                rows += len(expected)
        assert rows > 20

    def points(self):
        store = self.influx.store
        return store._count(store._databases.raw, "whole", every_fluid())
