"""The rules of Home Assistant's discovery by device, as far as sensors go.

Written down from its documentation (MQTT discovery, MQTT sensor, sensor device classes)
and not from our code: a document that breaks one is refused, or shown wrongly.
"""

from __future__ import annotations

import re

ID = re.compile(r"[a-zA-Z0-9_-]+")
ENTITY = re.compile(r"sensor\.[a-z0-9_]+")
UNITS = {
    "apparent_power": {"mVA", "VA", "kVA"},
    "current": {"A", "mA"},
    "voltage": {"V", "mV", "µV", "kV", "MV"},
    "power": {"mW", "W", "kW", "MW", "GW", "TW"},
    "energy": {"mWh", "Wh", "kWh", "MWh", "GWh", "TWh", "J", "kJ", "MJ", "GJ"},
    "gas": {"m³", "L", "ft³", "CCF"},
    "water": {"m³", "L", "ft³", "CCF", "gal"},
    "volume_flow_rate": {"m³/h", "m³/s", "L/h", "L/min", "L/s"},
    "enum": {None},
    "timestamp": {None},
}
STATE_CLASSES = {
    "apparent_power": {"measurement"},
    "current": {"measurement"},
    "voltage": {"measurement"},
    "power": {"measurement"},
    "energy": {"total", "total_increasing"},  # a measurement would need last_reset
    "gas": {"total", "total_increasing"},
    "water": {"total", "total_increasing"},
    "volume_flow_rate": {"measurement"},
    "enum": set(),
    "timestamp": set(),
}
ROOT = {"dev", "o", "avty", "cmps"}
DEVICE = {"ids", "name", "mf", "mdl", "sw", "hw", "cu"}
SENSOR = {
    "p",
    "unique_id",
    "def_ent_id",
    "name",
    "stat_t",
    "val_tpl",
    "dev_cla",
    "stat_cla",
    "unit_of_meas",
    "ops",
    "exp_aft",
    "ent_cat",
    "en",
}
INSTANTS = {"apparent_power", "current", "voltage", "power", "volume_flow_rate"}


def check(topic: str, document: dict) -> None:
    """Assert that a document on a topic is one that Home Assistant takes."""
    prefix, node, device, word = topic.split("/")
    assert (prefix, node, word) == ("homeassistant", "device", "config")
    assert ID.fullmatch(device)
    assert set(document) <= ROOT
    assert set(document["dev"]) <= DEVICE
    assert document["dev"]["ids"] == [device]
    assert document["dev"]["name"]
    assert document["o"]["name"]
    assert all(place["t"] for place in document["avty"])
    assert document["cmps"]
    sensors = {name: c for name, c in document["cmps"].items() if len(c) > 1}
    for name, component in document["cmps"].items():
        assert component["p"] == "sensor"
        assert ID.fullmatch(name)
    for sensor in sensors.values():
        check_sensor(sensor)
    for key in ("unique_id", "def_ent_id", "name"):
        told = [sensor[key] for sensor in sensors.values()]
        assert len(set(told)) == len(told), key


def check_sensor(sensor: dict) -> None:
    assert set(sensor) <= SENSOR
    assert ID.fullmatch(sensor["unique_id"])
    assert ENTITY.fullmatch(sensor["def_ent_id"])
    assert sensor["name"]
    assert "#" not in sensor["stat_t"]
    assert "+" not in sensor["stat_t"]
    kind, unit = sensor.get("dev_cla"), sensor.get("unit_of_meas")
    state_class = sensor.get("stat_cla")
    if kind is None:
        assert state_class is None or unit is not None
    else:
        assert unit in UNITS[kind]
        assert state_class is None or state_class in STATE_CLASSES[kind]
    assert ("ops" in sensor) == (kind == "enum")
    assert "ops" not in sensor or (sensor["ops"] and state_class is None)
    assert sensor.get("ent_cat") in (None, "diagnostic")
    if kind in INSTANTS and state_class is not None:
        assert sensor["exp_aft"] >= 60  # else what is long past looks like now
    if state_class == "total_increasing":
        assert "exp_aft" not in sensor  # an index stands until the next
