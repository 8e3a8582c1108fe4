"""Who listens at a cloud, and notes all that comes.

Its session outlives the broker, and it connects again by itself.
"""

from __future__ import annotations

import json
import threading
import time
from typing import NamedTuple

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.attacks.twin_home import paris
from tests.real.cloud_house import PREFIX


class Row(NamedTuple):
    """A row or an event that came, and what it is numbered by."""

    grant: str
    seq: int
    meter: str
    step: str
    register: str
    at: int
    payload: bytes

    @property
    def number(self):
        return self.grant, self.seq

    @property
    def key(self):
        return self.meter, self.step, self.register, self.at


class Receiver:
    """Connects again by itself, and acknowledges what it has noted."""

    def __init__(self, cloud):
        self._cloud = cloud
        self._rows: list[Row] = []
        self._delays: list[int] = []
        self._there = threading.Event()
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id="receiver",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        self.client.reconnect_delay_set(0.05, 0.2)
        self.client.tls_set(str(cloud.ca_file))
        self.client.on_message = self._hear
        self.client.on_connect = self._connected
        self.client.on_subscribe = lambda *_: self._there.set()

    def begin(self):
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 86_400
        self.client.connect(
            "localhost", self._cloud.port, clean_start=False, properties=properties
        )
        self.client.loop_start()
        assert self._there.wait(20)

    def end(self):
        self.client.disconnect()
        self.client.loop_stop()

    def _connected(self, client, *_):
        client.subscribe(f"{PREFIX}/#", 1)

    def _hear(self, _c, _u, message):
        parts = message.topic.removeprefix(f"{PREFIX}/").split("/")
        document = json.loads(message.payload) if message.payload else {}
        if parts[1:] == ["live"]:
            sent_ms = document["values"]["apparent_power_va"]
            now_ms = time.monotonic_ns() // 1_000_000 % 1_000_000_000
            self._delays.append(now_ms - sent_ms)
        elif len(parts) == 3:
            meter, step, register = parts
            said = document["detail"]["state"] if step == "event" else None
            at = said or paris(document["start"])
            number = document["grant"], document["seq"]
            self._rows.append(Row(*number, meter, step, register, at, message.payload))

    def rows(self):
        return list(self._rows)

    def delays(self):
        return list(self._delays)
