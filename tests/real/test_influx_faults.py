"""A real InfluxDB that stops, dies, comes back empty or answers wrongly, under load.

Frames go through gate, journal and roller all the while. Afterwards every sample and
every row is in it, once, equal to what the embedded store answers.
RELEVE_INFLUX_HOURS makes the load longer.
"""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import suppress

import pytest

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
from tests.conftest import real_is_required
from tests.real import influxd as real
from tests.real.proxy import Proxy, none

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

HOURS = float(os.environ.get("RELEVE_INFLUX_HOURS", "1.5"))
COMMIT_MS, HOUR_MS = 30_000, 3_600_000
EVER = 1 << 50
HTML = b"<html><body>It works!</body></html>"
WRONG_LINE = b"""{"code":"invalid","message":"unable to parse 'x': missing fields"}"""


@pytest.fixture(scope="module")
def program():
    found = real.find()
    if found is None:
        (pytest.fail if real_is_required() else pytest.skip)("there is no influxd")
    return found


@pytest.fixture
def influxd(program, tmp_path):
    running = real.Influxd(program, tmp_path / "influx")
    running.start()
    yield running
    running.kill()


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

    def same_answers(self):
        """Hold both stores against each other: samples, points and rows."""
        mine, its = self.hub.store, self.influx.store
        track = mine.track("linky", 0, EVER)
        assert len(track) > 2000 * HOURS
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
        assert rows > 20 * HOURS

    def points(self):
        store = self.influx.store
        return store._count(store._databases.raw, "whole", every_fluid())


async def through(house, trouble):
    """Live through a trouble, and look at what InfluxDB has in the end."""
    following = asyncio.create_task(house.influx.run())
    troubling = asyncio.create_task(trouble())
    try:
        await house.hub.roller.start()
        while house.at_ms < DAY_START_MS + HOURS * HOUR_MS or not troubling.done():
            await house.live(HOUR_MS // 6)
        await house.commit()
        await troubling
        await house.delivered()
        assert not following.done(), "the consumer went down"
        await asyncio.to_thread(house.influx.store.retry_parked)
        await asyncio.to_thread(house.same_answers)
        assert house.influx.store.parking.all() == []
    finally:
        for task in (troubling, following):
            task.cancel()
        await asyncio.gather(troubling, following, return_exceptions=True)
        house.hub.close()


async def wrote(house, count):
    """Wait until InfluxDB took so many requests more."""
    sender = house.influx.store.sender
    until = sender.requests + count
    async with asyncio.timeout(60):
        while sender.requests < until:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


async def failed(house, count):
    """Wait until InfluxDB failed so often more."""
    until = house.influx.health().counters["failures"] + count
    async with asyncio.timeout(60):
        while house.influx.health().counters["failures"] < until:  # noqa: ASYNC110 - same
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("end", ["end", "kill"])
async def test_stopped_or_killed_and_started_again(influxd, tmp_path, end):
    ready(influxd, tmp_path / "data")
    house = House(tmp_path / "data", influxd.url)

    async def trouble():
        for _ in range(2):
            await wrote(house, 3)
            await asyncio.to_thread(getattr(influxd, end))
            await failed(house, 2)
            assert not house.influx.health().ok
            await asyncio.to_thread(influxd.start)

    await through(house, trouble)
    assert house.influx.health().ok


async def test_restarted_empty_it_is_filled_from_the_start(influxd, tmp_path):
    ready(influxd, tmp_path / "data")
    house = House(tmp_path / "data", influxd.url)

    async def trouble():
        await wrote(house, 4)
        await asyncio.to_thread(influxd.empty)
        await asyncio.to_thread(influxd.start)
        await failed(house, 2)
        assert "store init" in house.influx.health().detail
        await asyncio.to_thread(ready, influxd, tmp_path / "data")

    await through(house, trouble)


def busy(request):
    return request.answer(429, b"{}", {"Retry-After": "1"})


def unwell(request):
    return request.answer(503, HTML)


def broken(request):
    return request.answer(500, b'{"code":"internal error","message":"out of memory"}')


def refusing(request):
    return request.answer(400, WRONG_LINE)


def refusing_in_html(request):
    return request.answer(400, HTML)


def elsewhere(request):
    return request.answer(200, HTML)


def moved(request):
    return request.answer(307, HTML, {"Location": "http://127.0.0.1:9/"})


def binary(request):
    return request.answer(200, b"\xff\xfe\x00rubbish\x80")


def other_json(request):
    return request.answer(200, b'{"status":"ok"}')


def silent(request):
    """Take what is written, and go away without a word."""
    request.forward()
    request.close_connection = True
    return True


FAULTS = [busy, unwell, broken, refusing, refusing_in_html, elsewhere, moved, binary]
FAULTS += [other_json, silent]


@pytest.fixture
def proxy(influxd):
    between = Proxy(influxd.url)
    yield between
    between.end()


async def test_wrong_answers_one_after_the_other(influxd, proxy, tmp_path):
    ready(influxd, tmp_path / "data")
    house = House(tmp_path / "data", proxy.url)

    async def trouble():
        of_writes = [(fault, "/api/v2/write") for fault in FAULTS]
        of_queries = [(fault, "/query") for fault in (broken, elsewhere, other_json)]
        for fault, path in (*of_writes, *of_queries):
            await wrote(house, 2)
            proxy.fault = lambda r, f=fault, p=path: r.path.startswith(p) and f(r)
            await failed(house, 2)
            assert not house.influx.health().ok
            proxy.fault = none

    await through(house, trouble)


@pytest.mark.parametrize("seed", range(int(os.environ.get("RELEVE_INFLUX_SEEDS", "1"))))
async def test_wrong_answers_in_between(influxd, proxy, tmp_path, seed):
    """One request in four goes wrong, each time in another way."""
    ready(influxd, tmp_path / "data")
    house = House(tmp_path / "data", proxy.url)
    chance = random.Random(seed)

    def at_random(request):
        return chance.random() < 0.25 and chance.choice(FAULTS[1:])(request)

    async def trouble():
        proxy.fault = at_random
        await failed(house, 25)
        proxy.fault = none

    await through(house, trouble)
