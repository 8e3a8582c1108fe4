"""The consumer that fills an InfluxDB: lanes, cursors, filling, tidying, rebuilding."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest

from edge.calendar import DAY_MS, MINUTE_MS
from edge.config import Config, InfluxConfig, MeterConfig, StoreConfig
from edge.errors import StoreDown, StoreError
from edge.host import HostClock
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.journal.journal import Journal
from edge.record import Address, Lane, Record
from edge.sample import Sample
from edge.service.hub import Hub
from edge.stores.influx import consumer as module
from edge.stores.influx.consumer import NAME, InfluxConsumer, Keeping, Pace
from edge.stores.influx.token import keep_secret

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

AT = 1_792_870_200_000 // DAY_MS * DAY_MS
EVER = 1 << 50
TOTAL = "import_total_wh"


@pytest.fixture
def journal(tmp_path):
    made = Journal.open(tmp_path / "data", ballast_bytes=0)
    yield made
    made.close()


@pytest.fixture
def made(journal, influx_store, sqlite_store):
    pace = Pace(every_s=0.05, first_delay_s=0.01, last_delay_s=0.05, follow_s=0)
    return InfluxConsumer(journal, influx_store, sqlite_store, Keeping(3, 9), pace)


@asynccontextmanager
async def running(made):
    task = asyncio.create_task(made.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true):
    async with asyncio.timeout(90):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110 - InfluxDB tells nobody
            await asyncio.sleep(0.01)


def block(start, *values):
    samples = [
        Sample("linky", start + 1000 * i, {TOTAL: v}) for i, v in enumerate(values)
    ]
    return Block.of(samples)


def values(store):
    return [point.value for point in store.raw("linky", TOTAL, 0, EVER, 99)]


async def test_it_follows_the_journal_and_the_journal_s_cursors_follow_it(
    made, journal, influx_store
):
    async with running(made):
        await journal.append([block(AT, 1, 2)])
        await until(lambda: influx_store.cursor() == journal.tail)
        await journal.append([block(AT + 60_000, 3)], lane=Lane.HISTORY)
        await until(lambda: influx_store.cursor() == journal.tail)
        assert values(influx_store) == [1, 2, 3]
        await until(lambda: journal.cursor(NAME, Lane.HISTORY) == journal.tail)
        assert journal.cursor(NAME, Lane.PRESENT) == journal.tail
    health = made.health()
    assert health.ok
    assert health.gauges == {"pending": 0, "parked": 0}
    assert health.counters["projected"] == 2


async def test_the_present_goes_before_history(
    made, journal, influx_store, monkeypatch
):
    monkeypatch.setattr(module, "PAGE", 3)
    for i in range(7):
        await journal.append([block(AT - (9 - i) * 60_000, i)], lane=Lane.HISTORY)
    for i in range(4):
        await journal.append([block(AT + i * 60_000, 10 + i)])
    pages = []
    project = influx_store.project_to

    def told(records, reached):
        pages.append([record.lane for record in records])
        project(records, reached)

    monkeypatch.setattr(influx_store, "project_to", told)
    await made.catch_up()
    flat = [lane for page in pages for lane in page]
    assert flat == [Lane.PRESENT] * 4 + [Lane.HISTORY] * 7
    assert all(len(page) <= 3 for page in pages)
    assert influx_store.cursor() == journal.tail
    assert len(values(influx_store)) == 11


async def test_an_empty_journal_asks_nothing_of_influxdb(made, influx_store):
    await made.catch_up()
    assert influx_store.cursor() is None
    assert influx_store.sender.requests == 0


async def test_a_new_influxdb_gets_what_only_the_embedded_store_has(
    made, journal, influx_store, sqlite_store
):
    row = Interval("linky", TOTAL, Step.DAY, AT - 99 * DAY_MS, AT - 98 * DAY_MS, 5)
    old = [
        Record(Address(1, 1), Lane.PRESENT, "linky", AT, AT + 1, body)
        for body in ((row,), block(AT - DAY_MS, 7))
    ]
    sqlite_store.project(old)
    await journal.append([block(AT, 8)])
    async with running(made):
        await until(influx_store.filled)
        assert values(influx_store) == [7, 8]
        found = influx_store.intervals("linky", TOTAL, Step.DAY, 0, EVER, 9)
        assert found == [row]


async def test_days_of_minutes_follow_and_what_is_old_goes(
    made, journal, influx_store, sqlite_store
):
    first = AT - 20 * DAY_MS
    for day in range(21):
        sample = block(first + day * DAY_MS, day)
        await journal.append([sample])
        at = Address(1, day + 1)
        sqlite_store.project([Record(at, Lane.PRESENT, "linky", AT, AT + 1, sample)])
    for day in range(18):
        at = first + day * DAY_MS
        rows = [Interval("linky", TOTAL, Step.MIN1, at, at + MINUTE_MS, day)]
        sqlite_store.keep_minutes("linky", at, rows)
    async with running(made):
        await until(lambda: influx_store.pruned_ms("linky") > 0)
        kept = {AT - n * DAY_MS for n in range(3, 10)}
        await until(lambda: influx_store.minutes_kept("linky", 0, EVER) == kept)
    assert influx_store.heard("linky") == (AT - 3 * DAY_MS, AT)
    found = influx_store.intervals("linky", TOTAL, Step.MIN1, 0, EVER, 99)
    assert [row.value for row in found] == list(range(11, 18))


async def test_a_rebuild_fills_it_anew_over_what_it_has(made, journal, influx_store):
    await journal.append([block(AT, 1, 2)])
    async with running(made):
        await until(influx_store.filled)
        await made.rebuild()
        await journal.append([block(AT + 60_000, 3)])
        await until(influx_store.filled)
        await until(lambda: influx_store.cursor() == journal.tail)
    assert values(influx_store) == [1, 2, 3]


async def test_it_waits_longer_each_time_and_as_long_as_it_is_asked_to(
    made, influx_store, monkeypatch
):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 6:
            raise asyncio.CancelledError

    answers = iter([None, None, None, 2.0, 9e9, None])

    def down():
        raise StoreDown("busy", retry_after_s=next(answers))

    monkeypatch.setattr(influx_store, "cursors", down)
    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await made.run()
    bounds = [0.01, 0.02, 0.04, 2.0, 3600.0, 0.05]
    for waited, least in zip(slept, bounds, strict=True):
        assert least <= waited <= least * 1.2
    health = made.health()
    assert not health.ok
    assert health.detail == "busy"
    assert health.counters["failures"] == 6
    assert health.oldest_age_ms is not None


async def test_what_is_parked_is_counted_and_told(made, influx_store, journal):
    influx_store.parking.park("b", ["m f=1i 5"], "no")
    await journal.append([block(AT, 1)])
    await made.catch_up()
    health = made.health()
    assert not health.ok
    assert health.gauges["parked"] == 1
    assert "store parked" in health.detail


# attached to a hub


def config(data, **influx):
    return Config(
        data_dir=data,
        store=StoreConfig(engine="influxdb"),
        influxdb=InfluxConfig(url="http://127.0.0.1:9", **influx),
        meters=(MeterConfig(id="linky", port="/dev/null"),),
    )


def test_a_token_that_others_may_read_is_refused_at_the_start(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    keep_secret(data / "influx.token", "t")
    (data / "influx.token").chmod(0o644)
    for _ in range(2):  # and the journal's lock was let go
        with pytest.raises(StoreError, match="chmod 600"):
            Hub.open(config(data), HostClock(), ("linky",))


async def test_a_token_that_is_not_there_yet_stops_nothing_and_says_what_to_do(
    tmp_path,
):
    hub = Hub.open(config(tmp_path / "data"), HostClock(), ("linky",))
    try:
        await hub.journal.append([block(AT, 1)])
        await hub.caught_up()
        assert values(hub.store) == [1]
        with pytest.raises(StoreError, match="store init"):
            await hub.influx.catch_up()
        with pytest.raises(StoreError, match="store init"):
            hub.served.meters()
        assert "influxdb" in {part.name for part in hub.health().parts}
        told = {"roller", "store", "retention", "influxdb", "cozy"}
        assert set(hub.consumers()) == told
    finally:
        hub.close()


def test_nothing_of_influxdb_is_imported_where_none_is_configured(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "import cli.compose; from edge.config import Config, MeterConfig\n"
        "from edge.host import HostClock; from edge.service.hub import Hub\n"
        "meters = (MeterConfig(id='linky', port='/dev/null'),)\n"
        f"config = Config(data_dir={str(tmp_path / 'data')!r}, meters=meters)\n"
        "hub = Hub.open(config, HostClock(), ('linky',)); hub.served; hub.close()\n"
        "loaded = [m for m in sys.modules if 'influx' in m or m == 'urllib3']\n"
        "sys.exit(' '.join(loaded) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
