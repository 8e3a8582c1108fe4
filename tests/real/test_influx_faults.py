"""A real InfluxDB that stops, dies, comes back empty or answers wrongly, under load.

Frames go through gate, journal and roller all the while. Afterwards every sample and
every row is in it, once, equal to what the embedded store answers.
RELEVE_INFLUX_HOURS makes the load longer.
"""

from __future__ import annotations

import asyncio
import os
import random

import pytest

from bench.decode import DAY_START_MS
from tests.real.influx_house import HOUR_MS, House, ready
from tests.real.proxy import Proxy, none

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

HOURS = float(os.environ.get("RELEVE_INFLUX_HOURS", "0.75"))
HTML = b"<html><body>It works!</body></html>"
WRONG_LINE = b"""{"code":"invalid","message":"unable to parse 'x': missing fields"}"""


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
        await asyncio.to_thread(house.same_answers, int(1500 * HOURS))
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
