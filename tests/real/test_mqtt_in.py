"""Meters heard on a real Mosquitto by the whole service, through its losses."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from edge.config import Config
from edge.host import HostClock
from edge.service.service import Service
from tests.real.brokers import connected, running, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]

OURS = "00aabb11"
RADIO = {"preset": "wmbusmeters", "ids": [OURS]}
COUNTER = {"preset": "tasmota", "topic": "tele/gas/SENSOR"}


@asynccontextmanager
async def home(path, broker):
    """Run a home whose two meters are heard on a broker; give its hub."""
    config = Config(
        data_dir=path / "data",
        mqtt={"url": f"mqtt://127.0.0.1:{broker.port}", "discovery": False},
        meters=[
            {"id": "cellar", "kind": "water", "mqtt": RADIO},
            {"id": "gas", "kind": "gazpar", "mqtt": COUNTER},
        ],
    )
    opened, stop = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def look(hub, stop):
        opened.set_result(hub)
        await stop.wait()

    service = Service(config, clock=HostClock(trust=True))
    going = asyncio.create_task(service.run(stop, {"look": look}))
    try:
        hub = await opened
        await heard(hub)
        yield hub
    finally:
        stop.set()
        await going


async def heard(hub):
    await until(lambda: all(source.health().ok for source in hub.sources))


async def say(broker, topic, document):
    async with connected(broker.address, client_id="sensor") as sensor:
        await sensor.publish(topic, json.dumps(document).encode(), qos=1)


def radio(total_m3, meter_id=OURS):
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    words = {"media": "water", "meter": "iperl", "id": meter_id}
    return words | {"total_m3": total_m3, "timestamp": now}


def index(hub, meter, register):
    sample = hub.bus.latest.get(meter)
    return None if sample is None else sample.values[register]


async def test_what_is_ours_becomes_a_reading_and_the_neighbours_does_not(tmp_path):
    async with running(tmp_path) as broker, home(tmp_path, broker) as hub:
        await say(broker, "wmbusmeters/n", radio(9.999, "00ff0011"))
        await say(broker, "wmbusmeters/c", radio(123.456))
        await until(lambda: index(hub, "cellar", "water_volume_l") == 123456)
        # a thousand times too high: refused, and the true one after it is not
        await say(broker, "wmbusmeters/c", radio(12345.6))
        await say(broker, "wmbusmeters/c", radio(123.5))
        await until(lambda: index(hub, "cellar", "water_volume_l") == 123500)
        sample = hub.bus.latest["cellar"]
        assert (sample.origin, sample.quality) == ("mqtt", "raw")
        (entry,) = await until(hub.journal.quarantined)
        assert (entry.reason, entry.origin) == ("jump", "mqtt")


async def test_a_counter_is_heard_again_after_the_broker_and_itself_restarted(tmp_path):
    async with running(tmp_path) as broker, home(tmp_path, broker) as hub:

        def shown(value):
            return until(lambda: index(hub, "gas", "gas_volume_l") == value)

        await say(broker, "tele/gas/SENSOR", {"COUNTER": {"C1": 100}})
        await shown(1000)
        connections = hub.mqtt.health()
        before = next(part for part in connections if part.name == "mqtt").counters
        broker.end()
        broker.start()
        await broker.up()
        await until(
            lambda: (
                next(
                    part for part in hub.mqtt.health() if part.name == "mqtt"
                ).counters["connections"]
                > before["connections"]
            )
        )
        # QoS 0 of a counter is said again and again: so is it here
        async with asyncio.timeout(30):
            while index(hub, "gas", "gas_volume_l") != 1030:
                await say(broker, "tele/gas/SENSOR", {"COUNTER": {"C1": 3}})
                await asyncio.sleep(0.1)  # a counter's own pace
    async with running(tmp_path) as broker, home(tmp_path, broker) as hub:
        await say(broker, "tele/gas/SENSOR", {"COUNTER": {"C1": 4}})
        await until(lambda: index(hub, "gas", "gas_volume_l") == 1040)
