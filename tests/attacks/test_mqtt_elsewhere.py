"""A broker of others: nothing of its own is told to a service there, or answered."""

from __future__ import annotations

import asyncio
import json
import signal
import time

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.config import Config
from edge.consent.consents import Choice
from edge.event import Event, EventKind
from edge.host import HostClock
from edge.sample import Sample
from edge.service.hub import Hub
from tests.attacks.mqtt_twin import asked
from tests.attacks.service_house import COACH, terms
from tests.real.home import free_port
from tests.real.mqtt_rig import Broker, Listener, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

HELD = (
    terms("30min"),
    terms("live", "live_power", purpose="now"),
    terms("live", "event", purpose="what happens"),
)


@pytest.fixture
def others(tmp_path):
    """Give a broker that lets anybody in, and one who hears all of it."""
    broker = Broker(tmp_path / "broker", free_port())
    broker.start()
    listener = Listener(tmp_path / "all.told", broker.port, durable=True)
    listener.start()
    listener.known_to(broker)
    yield broker, listener
    listener.end(signal.SIGKILL)
    broker.end(signal.SIGKILL)


def ask(port, request, response):
    """Publish a question as anybody of that broker can."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect("127.0.0.1", port)
    client.loop_start()
    properties = Properties(PacketTypes.PUBLISH)
    properties.ResponseTopic = response
    question = json.dumps(asked())
    client.publish(request, question, 1, properties=properties).wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


async def test_a_service_has_nothing_of_its_own_there(tmp_path, others):
    broker, listener = others
    config = Config(
        data_dir=tmp_path / "data",
        mqtt={"url": broker.url},
        meters=[{"id": "linky", "port": "/dev/null"}],
    )
    hub = Hub.open(config, HostClock(trust=True), ("linky",))
    running = asyncio.create_task(hub.mqtt.run())
    try:
        await until(lambda: listener.last("releve/status") == b"online")
        choices = [Choice(one, frozenset({"linky"})) for one in HELD]
        service, _ = await asyncio.to_thread(hub.consents.give, COACH, choices, {})
        root = f"releve/services/{service.id}"
        await asyncio.to_thread(ask, broker.port, f"{root}/request", f"{root}/response")
        assert hub.mqtt.service_login(service.id) is None
        now_ms = time.time_ns() // 1_000_000
        happened = Event("linky", now_ms, EventKind.OVERLOAD, {"state": True})
        await hub.journal.append([happened])
        hub.bus.publish(Sample("linky", now_ms, {"apparent_power_va": 730}))
        await until(lambda: listener.told("releve/linky/event/overload"))
        await until(lambda: listener.told("releve/linky/live"))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        hub.close()
    # the last word of all: nothing comes after it
    await until(lambda: listener.last("releve/status") == b"offline")
    assert {told.topic for told in listener.told("releve/services/")} == {
        f"{root}/request"
    }
