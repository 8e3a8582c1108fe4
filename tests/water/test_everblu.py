"""EverBlu Cyble readers: litres of water, and gas's two units."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from water.errors import MessageRefused
from water.everblu import read
from water.radio import Medium

NOW = datetime(2026, 8, 1, 9, tzinfo=UTC)
JSON = (
    '{ "liters": 123456, "counter" : 5, "battery" : 96, "rssi" : 210, '
    '"timestamp" : "2026-07-31T10:00:00Z" }'
)


def test_the_json_topic_is_dated_by_the_reader_itself():
    found = read("everblu/cyble/2020123/json", JSON.encode(), received_at=NOW)
    assert found.meter_id == "2020123"
    assert found.total_l == 123_456
    assert found.at == datetime(2026, 7, 31, 10, tzinfo=UTC)
    assert found.battery_months == 96
    assert found.rssi_dbm is None


@pytest.mark.parametrize(
    ("topic", "serial"),
    [
        ("everblu/cyble/2020123/liters", "2020123"),
        ("everblu/cyble/liters", "cyble"),
        ("homeassistant/sensor/cyblemeter_2020123/state", "2020123"),
    ],
)
def test_plain_topics_of_every_version_are_litres_dated_at_reception(topic, serial):
    found = read(topic, b"123456", received_at=NOW)
    assert (found.meter_id, found.total_l, found.at) == (serial, 123_456, NOW)


@pytest.mark.parametrize("leaf", ["battery", "counter", "rssi_dbm", "time_start"])
def test_topics_without_an_index_say_nothing(leaf):
    assert read(f"everblu/cyble/1/{leaf}", b"8", received_at=NOW) is None


def test_gas_is_cubic_metres_on_one_topic_and_a_raw_count_on_the_other():
    plain = read(
        "everblu/cyble/1/liters", b"1234.560", received_at=NOW, medium=Medium.GAS
    )
    both = read(
        "everblu/cyble/1/json",
        JSON,
        received_at=NOW,
        medium=Medium.GAS,
        pulse_l=10,
    )
    assert plain.total_l == both.total_l == 1_234_560


@pytest.mark.parametrize(
    ("leaf", "payload", "medium", "reason"),
    [
        ("liters", b"1234.560", Medium.WATER, "other-unit"),
        ("liters", b"123456", Medium.GAS, "other-unit"),
        ("liters", b"unknown", Medium.WATER, "other-unit"),
        ("json", JSON, Medium.GAS, "no-pulse-weight"),
        ("json", '{"liters": 1.5}', Medium.WATER, "no-total"),
        ("json", '{"liters": -1}', Medium.WATER, "no-total"),
        ("json", '{"history":[1,2],"monthly_usage":[1]}', Medium.WATER, "no-dates"),
        ("json", "online", Medium.WATER, "not-json"),
    ],
)
def test_a_unit_or_a_shape_in_doubt_is_refused(leaf, payload, medium, reason):
    with pytest.raises(MessageRefused) as caught:
        read(f"everblu/cyble/1/{leaf}", payload, received_at=NOW, medium=medium)
    assert caught.value.reason == reason
