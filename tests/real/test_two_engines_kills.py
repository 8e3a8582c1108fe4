"""Killed at random with InfluxDB and MQTT attached, all three come to say the same.

RELEVE_ENGINE_KILLS=200 makes it a campaign. The broker is the service's own, and dies
with it; what a durable subscriber was told must have every interval that the stores
have, each as often as its broker forgot it, and never with two values.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import orjson
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.broker.parts import owner_login
from edge.config import load_config
from edge.interval import INTERVAL_STEPS, Interval, Step
from edge.sample import millis
from edge.stores.influx.attach import open_store
from edge.stores.influx.names import Databases
from edge.stores.influx.setup import WEEK_S, Bucket, Setup
from edge.stores.influx.token import TOKEN
from edge.stores.protocol import Store
from edge.stores.sqlite import SqliteStore
from teleinfo import Mode
from teleinfo.virtual import MeterSpec, VirtualLinky
from tests.real.home import Home, free_port

KILLS = int(os.environ.get("RELEVE_ENGINE_KILLS", "2"))
SEED = int(os.environ.get("RELEVE_SEED", "20261124"))
HOUR_MS = 3_600_000
ROUND_MS = 2 * HOUR_MS
EVER_MS = 1 << 50
MANY = 10_000_000
STORE = "store.db"
pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(180 + 30 * KILLS),
]

Key = tuple[str, str, str, int, int]


def instant_ms(written: str) -> int:
    return millis(datetime.fromisoformat(written))


class Subscriber:
    """The owner's durable subscriber: it comes back for what it missed."""

    def __init__(self, config: Path) -> None:
        told = owner_login(load_config(config))
        assert told is not None
        self.told: dict[Key, object] = {}
        self.contradicted: list[Key] = []
        self.announced: list[dict[str, Any]] = []
        self.again = 0
        self.subscribed = threading.Event()
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2, told.client_id, protocol=paho.MQTTv5
        )
        self.client.username_pw_set(told.login.user, told.login.password)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._connected
        self.client.on_message = self._message
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        keeps = Properties(PacketTypes.CONNECT)
        keeps.SessionExpiryInterval = 86_400
        self.client.connect_async(
            told.address.host,
            told.address.port,
            clean_start=False,
            properties=keeps,
        )

    def __enter__(self) -> Self:
        self.client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def knows(self, key: Key) -> bool:
        """Tell whether an interval was told, or is in a past that was announced."""
        meter, register, _, start_ms, _ = key
        return key in self.told or any(
            past["meter"] == meter
            and register in past["registers"]
            and instant_ms(past["from"]) <= start_ms < instant_ms(past["to"])
            for past in self.announced
        )

    def _connected(self, client, *_: object) -> None:
        topics = [f"releve/+/{step}/+" for step in INTERVAL_STEPS]
        client.subscribe([(topic, 1) for topic in (*topics, "releve/+/event/history")])

    def _message(self, _client, _data, message) -> None:
        row = orjson.loads(message.payload)
        if message.topic.endswith("/event/history"):
            self.announced.append(row)
            return
        _, meter, step, register = message.topic.split("/")
        key = (meter, register, step, instant_ms(row["start"]), row["revision"])
        if key in self.told:
            self.again += 1
            if self.told[key] != row["value"]:
                self.contradicted.append(key)
        self.told[key] = row["value"]


def everything(store: Store) -> dict[object, object]:
    """Give all that a store answers, to be compared."""
    found: dict[object, object] = {}
    for meter, names in store.meters().items():
        found[meter] = set(names)
        found[meter, "heard"] = store.heard(meter)
        found[meter, "baselines"] = store.baselines(meter)
        for name in names:
            found[meter, name] = store.raw(meter, name, 0, EVER_MS, MANY)
            for step in (Step.MIN1, *INTERVAL_STEPS):
                rows = store.intervals(meter, name, step, 0, EVER_MS, MANY)
                found[meter, name, step] = rows
    return found


@pytest.fixture
def influxd(influxd):
    influxd.set_up()
    return influxd


@pytest.fixture
def home(tmp_path, influxd):
    home = Home(tmp_path)
    with home.config.open("a") as config:
        config.write(
            f'[influxdb]\nurl = "{influxd.url}"\n'
            f'[mqtt]\nurl = "managed"\nlisten = "127.0.0.1:{free_port()}"\n'
        )
    config = load_config(home.config)
    setup = Setup(influxd.url, influxd.org, token=influxd.token)
    databases = Databases(config.influxdb.bucket)
    home.data.mkdir(mode=0o700)
    # the captures are of 2026, whatever the day of the test: everything is kept
    setup.prepare(
        [Bucket(name, 0, WEEK_S) for name in databases.all], home.data / TOKEN
    )
    setup.close()
    yield home
    home.end()


async def amid(home: Home, wait_s: float) -> None:
    """Give the service some time from its first answer on, or until it has ended."""
    while home.process.poll() is None:
        try:
            await asyncio.to_thread(home.get, "/api/v1/health")
        except (OSError, ValueError):
            continue  # it doesn't listen yet
        break
    await asyncio.sleep(wait_s)  # the moment of the kill, at random: nothing is awaited


def intervals(found: dict[object, object]) -> dict[Key, int | None]:
    """Give the intervals of all that a store answers, as a subscriber is told them."""
    return {
        (row.meter, row.register, row.step, row.start_ms, row.revision): row.value
        for rows in found.values()
        if isinstance(rows, list)
        for row in rows
        if isinstance(row, Interval) and row.step in INTERVAL_STEPS
    }


def both(home: Home) -> tuple[dict[object, object], dict[object, object]]:
    """Give all that the embedded store answers, and all that InfluxDB does."""
    config = load_config(home.config)
    found = []
    for store in (SqliteStore(home.data / STORE), open_store(config, config.influxdb)):
        found.append(everything(store))
        store.close()
    embedded, attached = found
    return embedded, attached


async def test_both_stores_and_the_subscriber_agree_after_kills(home, tmp_path):
    print(f"seed {SEED}")  # noqa: T201 - shown when it fails
    chance = random.Random(SEED)
    start_ms = 1_795_000_000_000 // HOUR_MS * HOUR_MS
    meter = VirtualLinky(MeterSpec(mode=Mode.STANDARD, seed=6), start_ms)
    with Subscriber(home.config) as subscriber:
        # A session is durable once its broker has saved it: here, by a clean stop.
        home.start()
        assert await asyncio.to_thread(subscriber.subscribed.wait, 60)
        await asyncio.to_thread(home.stop)
        for round_ in range(KILLS + 1):
            capture = tmp_path / f"{round_}.tic"
            from_ms = start_ms + round_ * ROUND_MS
            frames = meter.frames(from_ms, from_ms + ROUND_MS)
            capture.write_bytes(b"".join(frames))
            # the last word of all is spoken by one that isn't killed
            last = round_ == KILLS
            home.start("replay", str(capture), "--speed", "max" if last else "3600")
            if not last:
                await amid(home, chance.uniform(0, 2))
                await asyncio.to_thread(home.stop, signal.SIGKILL)
                capture.unlink()
        assert await asyncio.to_thread(home.process.wait, 120) == 0
        home.start()  # minutes are kept beside the raw readings, hour by hour
        embedded, attached = await asyncio.to_thread(both, home)
        with suppress(TimeoutError):
            async with asyncio.timeout(120):
                while attached != embedded:
                    embedded, attached = await asyncio.to_thread(both, home)
        assert attached.keys() == embedded.keys()
        for key, rows in embedded.items():
            assert attached[key] == rows, key
        rows = intervals(embedded)
        async with asyncio.timeout(120):
            while not all(map(subscriber.knows, rows)):  # noqa: ASYNC110 - another thread's
                await asyncio.sleep(0.2)  # asks until it is so
    assert not subscriber.contradicted
    assert {key: subscriber.told.get(key, value) for key, value in rows.items()} == rows
    assert len(rows) > KILLS
    print(f"{KILLS} kills: {len(rows)} intervals in both stores,")  # noqa: T201
    print(f"{len(subscriber.told)} told, {subscriber.again} of them again,")  # noqa: T201
    print(f"{len(subscriber.announced)} times of the past announced")  # noqa: T201
