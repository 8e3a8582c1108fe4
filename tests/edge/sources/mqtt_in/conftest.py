"""The clock and the meters that the tests of MQTT sources share."""

from __future__ import annotations

import pytest

from edge.sample import HostInstant
from edge.sources.mqtt_in.source import MqttMeter
from edge.sources.plugins import build

T0 = 1_795_500_000_000


class Clock:
    def __init__(self):
        self.ms = T0

    def now(self):
        return HostInstant(self.ms, self.ms * 1_000_000, True, "boot")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make(tmp_path, clock):
    def made(kind="water", **mqtt):
        table = {"id": "cellar", "kind": kind, "mqtt": mqtt, "data_dir": str(tmp_path)}
        found = build(table, clock)
        assert isinstance(found, MqttMeter)
        return found

    return made
