"""What a home hears on a broker of others, bent: each message counted, none believed.

Radios, counters and bare numbers, by the whole service on a real Mosquitto.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fuzz_payloads import Failures, payload

from edge.broker.connection import Connection
from edge.config import Config
from edge.host import HostClock
from edge.service.hub import Hub
from edge.service.service import Service
from tests.real.brokers import Plain, connected, running, until

AT_ONCE = 32
"""Half of what a meter's source keeps waiting."""
RADIO: dict[str, Any] = {
    "media": "water",
    "meter": "iperl",
    "id": "00aabb11",
    "total_m3": 123.456,
    "timestamp": "2026-10-20T12:00:00Z",
}
COUNTER: dict[str, Any] = {"COUNTER": {"C1": 100, "C2": 3}, "Time": "x"}
NUMBER: dict[str, Any] = {"volume": 17.25}
CYBLE: dict[str, Any] = {"liters": 123456, "counter": 5, "battery": 96, "rssi": 210}
CYBLE["timestamp"] = "2026-10-20T12:00:00Z"
OURS = {"preset": "wmbusmeters", "ids": ["00aabb11"]}
LITRES = {"unit": "L"}
PLAIN = {"topic": "hot/total", "path": "volume", "unit": "m3"}
SENSOR = {"preset": "tasmota", "topic": "tele/gas/SENSOR"}
METERS: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
    ("cellar", "wmbusmeters/n", RADIO, OURS),
    ("gas", "tele/gas/SENSOR", COUNTER, SENSOR),
    ("hot", "hot/total", NUMBER, PLAIN),
    ("cyble", "everblu/cyble/7/json", CYBLE, {"preset": "everblu", "ids": ["7"]}),
    ("esp", "esp/total", NUMBER, {"preset": "esphome", "topic": "esp/total"} | LITRES),
)
"""Each by its name: where it is heard, a good message, its table."""


@asynccontextmanager
async def home(path: Path, broker: Plain) -> AsyncIterator[Hub]:
    """Run a home whose meters are heard on a broker."""
    config = Config(
        data_dir=path / "heard",
        mqtt={"url": f"mqtt://127.0.0.1:{broker.port}", "discovery": False},
        meters=[
            {"id": name, "kind": "gazpar" if name == "gas" else "water", "mqtt": table}
            for name, _, _, table in METERS
        ],
    )
    opened: asyncio.Future[Hub] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()

    async def look(hub: Hub, stop: asyncio.Event) -> None:
        opened.set_result(hub)
        await stop.wait()

    service = Service(config, clock=HostClock(trust=True))
    going = asyncio.create_task(service.run(stop, {"look": look}))
    try:
        hub = await opened
        await until(lambda: all(source.health().ok for source in hub.sources))
        yield hub
        assert not any(hub.supervisor.failures.values()), hub.supervisor.last_error
    finally:
        stop.set()
        await going


def counted(hub: Hub) -> Counter[str]:
    """Give what became of all that was heard."""
    found: Counter[str] = Counter()
    for source in hub.sources:
        health = source.health()
        found.update(health.counters)
        found.update(health.refused)
    return found


async def say(sensor: Connection, rng: random.Random, *, bent: bool = True) -> None:
    """Publish one message for one meter."""
    _, topic, good, _ = METERS[rng.randrange(len(METERS))]
    said = payload(rng, good) if bent else json.dumps(good).encode()
    await sensor.publish(topic, said, qos=1)


async def hear(
    path: Path, wanted: int, rng: random.Random, tell: Callable[[int], None]
) -> dict[str, int]:
    """Say so many; raise AssertionError when one is lost, or a part fails."""
    failures = Failures()
    try:
        async with (
            running(path) as broker,
            home(path, broker) as hub,
            connected(broker.address, client_id="sensor") as sensor,
        ):
            sent = 0
            while sent < wanted:
                some = min(AT_ONCE, wanted - sent)
                await asyncio.gather(*(say(sensor, rng) for _ in range(some)))
                sent += some
                await until(lambda sent=sent: counted(hub).total() == sent)
                assert not failures.told, failures.told
                tell(sent)
            for _, topic, good, _ in METERS:  # each is still heard
                before = counted(hub)
                await sensor.publish(topic, json.dumps(good).encode(), qos=1)
                await until(lambda before=before: counted(hub) != before)
            return dict(counted(hub))
    finally:
        failures.close()
