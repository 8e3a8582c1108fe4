"""What each program's messages say, of which meter; and what is refused."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import Fluid
from edge.sample import millis
from edge.sources.mqtt_in.message import heard
from edge.sources.mqtt_in.presets import PRESETS
from edge.sources.mqtt_in.settings import HearSettings
from water.errors import MessageRefused

NOW = millis(datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
OURS = "00aabb11"
WMBUS = {
    "media": "cold water",
    "meter": "iperl",
    "name": "cellar",
    "id": OURS,
    "total_m3": 123.456,
    "timestamp": "2026-11-24T09:59:00Z",
}


def settings(fluid=Fluid.WATER, **mqtt):
    return HearSettings.from_table({"id": "m", "mqtt": mqtt}, fluid)


def number(fluid, name, payload, mqtt):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    found = heard(settings(fluid, **mqtt), name, body, NOW)
    return None if found is None else found.number


@pytest.mark.parametrize(
    ("fluid", "topic", "payload", "mqtt", "expected"),
    [
        (Fluid.WATER, "w/x", WMBUS, {"preset": "wmbusmeters", "ids": [OURS]}, 123456),
        (
            *(Fluid.WATER, "w/x", {**WMBUS, "id": "00cc2211"}),
            *({"preset": "wmbusmeters", "ids": [OURS.upper()]}, None),
        ),
        (
            *(Fluid.GAS, "w/x", {**WMBUS, "media": "gas", "total_m3": 7.01}),
            *({"preset": "wmbusmeters", "ids": [OURS]}, 7010),
        ),
        (
            *(Fluid.WATER, "everblu/cyble/12/json", {"liters": 815}),
            *({"preset": "everblu", "ids": ["12"]}, 815),
        ),
        (
            *(Fluid.WATER, "everblu/cyble/12/liters", b"815"),
            *({"preset": "everblu", "ids": ["12"]}, 815),
        ),
        (
            *(Fluid.GAS, "everblu/cyble/12/json", {"liters": 815}),
            *({"preset": "everblu", "ids": ["12"]}, 8150),
        ),
        (
            *(Fluid.WATER, "everblu/cyble/13/liters", b"815"),
            *({"preset": "everblu", "ids": ["12"]}, None),
        ),
        (
            *(Fluid.WATER, "everblu/cyble/12/battery", b"100"),
            *({"preset": "everblu", "ids": ["12"]}, None),
        ),
        (
            *(Fluid.WATER, "heater/sensor/total/state", b"12.345"),
            *({"preset": "esphome", "topic": "t", "unit": "m3"}, 12345),
        ),
        (
            *(Fluid.GAS, "tele/gas/SENSOR", {"Time": "x", "COUNTER": {"C1": 42}}),
            *({"preset": "tasmota", "topic": "tele/gas/SENSOR"}, 420),
        ),
        (
            *(Fluid.GAS, "zigbee2mqtt/gas", {"battery": 90, "pulses": [7, 9]}),
            *(
                {"preset": "zigbee2mqtt", "topic": "t", "path": "pulses.1"}
                | {"unit": "pulse"},
                90,
            ),
        ),
        (
            *(Fluid.GAS, "gazpar2mqtt/home", {"volume": 1234.567, "energy": 1}),
            *({"preset": "gazpar2mqtt"}, 1_234_567),
        ),
        (Fluid.GAS, "t", b"1.5", {"topic": "t", "unit": "kWh"}, 1500),
        (Fluid.WATER, "t", b'{"a":{"b":"7"}}', {"topic": "t", "path": "a.b"}, 7),
    ],
)
def test_a_message_says_a_number_of_our_meter_or_nothing(
    fluid, topic, payload, mqtt, expected
):
    mqtt = {"unit": "L"} | mqtt if mqtt.get("preset") is None else mqtt
    found = number(fluid, topic, payload, mqtt)
    assert found == (None if expected is None else expected * 1000)


def test_a_radio_dates_its_own_word():
    mine = settings(preset="wmbusmeters", ids=[OURS])
    found = heard(mine, "w/x", json.dumps(WMBUS).encode(), NOW)
    assert found.at_ms == NOW - 60_000


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"nan", "no-number"),
        (b"", "no-number"),
        (b"Infinity", "no-number"),
        (b"unavailable", "no-number"),
        (b"\xff\xfe", "no-number"),
        (b"1" * 20_000, "too-large"),
    ],
)
def test_what_is_no_number_is_refused(payload, reason):
    with pytest.raises(MessageRefused) as refused:
        heard(settings(topic="t", unit="L"), "t", payload, NOW)
    assert refused.value.reason == reason


def test_a_number_that_no_decimal_holds_is_refused():
    with pytest.raises(MessageRefused) as caught:
        heard(
            settings(preset="tasmota", topic="t", path="a"),
            *("t", b'{"a":1e9999999999999999999}', NOW),
        )
    assert caught.value.reason == "not-json"


@given(st.binary(max_size=80) | st.text(max_size=40).map(str.encode))
@pytest.mark.parametrize("preset", [*PRESETS, ""])
def test_any_message_is_a_number_or_refused(preset, payload):
    mqtt = {"topic": "t", "path": "a.0", "unit": "L", "ids": ["x"], "preset": preset}
    mine = settings(Fluid.WATER, **mqtt)
    for topic in ("everblu/cyble/x/json", "everblu/cyble/x/liters", "t"):
        try:
            found = heard(mine, topic, payload, NOW)
        except MessageRefused:
            continue
        assert found is None or isinstance(found.number, int)


@pytest.mark.parametrize(
    ("mqtt", "key"),
    [
        ({}, "topic|unit"),
        ({"topic": "t"}, "unit"),
        ({"topic": "t", "unit": "gal"}, "unit"),
        ({"topic": "t", "unit": "kWh"}, "unit"),
        ({"topic": "#", "unit": "L"}, "one meter"),
        ({"topic": "a/+/b", "unit": "L"}, "one meter"),
        ({"topic": "$SYS/x", "unit": "L"}, "topic"),
        ({"topic": "a#", "unit": "L"}, "topic"),
        ({"topic": "t", "unit": "L", "as": "sum"}, "as"),
        ({"topic": "t", "unit": "L", "tpoic": "x"}, "tpoic"),
        ({"topic": "t", "unit": "L", "repeat_seconds": -1}, "repeat_seconds"),
        ({"preset": "wmbusmeters"}, "ids"),
        ({"preset": "everblu", "ids": []}, "ids"),
        ({"preset": "wmbusmeters", "ids": ["*"]}, "ids"),
        ({"preset": "wmbusmeters", "ids": OURS}, "ids"),
        ({"preset": "wmbusmeters", "ids": ["a"], "topic": "a/#/b"}, "topic"),
        ({"preset": "zwave"}, "preset"),
        ({"preset": "zigbee2mqtt", "topic": "t", "unit": "L"}, "path"),
    ],
)
def test_a_table_that_is_wrong_names_the_key(mqtt, key):
    with pytest.raises(ValueError, match=key):
        settings(**mqtt)


def test_a_table_is_a_table():
    with pytest.raises(ValueError, match="mqtt is a table"):
        HearSettings.from_table({"id": "m", "mqtt": "wmbusmeters"}, Fluid.GAS)
