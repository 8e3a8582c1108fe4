"""wmbusmeters' messages: one reading each, whatever driver and version decoded it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from water.errors import MessageRefused
from water.radio import Medium
from water.wmbus_json import read

IZAR = (
    '{"media":"water","meter":"izar","name":"W","id":"00aa11bb","prefix":"X",'
    '"total_m3":3.488,"last_month_total_m3":3.486,'
    '"last_month_measure_date":"2024-09-30","remaining_battery_life_y":14.5,'
    '"current_alarms":"leakage_currently,underflow","previous_alarms":"no_alarm",'
    '"transmit_period_s":8,"timestamp":"2024-10-02T11:12:13Z","rssi_dbm":-71}'
)
IZARV2 = (
    '{"_":"telegram","media":"cold water","meter":"izarv2","id":"00aa11bb",'
    '"total_m3":3.488,"target_m3":3.486,"target_date":"2024-09-30","battery_y":14.5,'
    '"status":"LEAKAGE_CURRENTLY UNDERFLOW PREV_LEAKAGE",'
    '"timestamp":"2024-10-02T11:12:13Z","rssi_dbm":-71.5,"new_field":[1]}'
)


def message(**fields):
    return {
        "media": "water",
        "meter": "any",
        "id": "00112233",
        "total_m3": 1.5,
        "timestamp": "2024-10-02T11:12:13Z",
        **fields,
    }


@pytest.mark.parametrize("text", [IZAR, IZARV2])
def test_both_names_of_each_field_give_the_same_reading(text):
    found = read(text.encode())
    assert found.meter_id == "00aa11bb"
    assert found.medium is Medium.WATER
    assert found.at == datetime(2024, 10, 2, 11, 12, 13, tzinfo=UTC)
    assert found.total_l == 3_488
    assert (found.target_l, found.target_date) == (3_486, date(2024, 9, 30))
    assert found.status == ("LEAKAGE_CURRENTLY", "UNDERFLOW")
    assert found.leak is True
    assert found.battery_months == 174


@pytest.mark.parametrize(
    ("status", "leak"),
    [
        ("OK", False),
        ("", False),
        ("PREV_LEAKAGE", False),
        ("ALARM LEAK_FLOW_HIGH", True),
        ("BURST", True),
        ("LEAKAGE_OR_NO_USAGE POWER_LOW", None),
    ],
)
def test_a_leak_is_said_only_where_the_meter_says_it_is_now(status, leak):
    assert read(message(status=status)).leak is leak


def test_a_meter_without_any_status_says_nothing_of_leaks():
    assert read(message()).leak is None


@given(st.integers(0, 10**11))
def test_litres_are_exact_at_every_size(litres):
    text = f"{litres // 1000}.{litres % 1000:03}"
    payload = f'{{"media":"gas","meter":"elster","id":"1","total_m3":{text}}}'
    found = read(payload, received_at=datetime(2024, 1, 1, tzinfo=UTC))
    assert (found.medium, found.total_l) == (Medium.GAS, litres)


def test_finer_than_a_litre_is_floored_as_a_counter_does():
    assert read(message(total_m3=7177.666667)).total_l == 7_177_666


def test_absurd_targets_and_absent_sensors_are_left_out():
    found = read(
        message(
            target_m3=-2147483.648,
            target_date="2000-00-00",
            flow_temperature_c=127,
            battery_y=None,
            volume_flow_m3h=-0.002,
        )
    )
    assert (found.target_l, found.target_date) == (None, None)
    assert found.temperature_centi_c is None
    assert found.battery_months is None
    assert found.flow_l_h == -2


def test_a_converter_that_speaks_for_a_meter_is_heard():
    found = read(message(media="radio converter (meter side)"))
    assert found.medium is Medium.UNKNOWN


def test_an_id_that_a_relay_made_a_number_of_gets_its_zeros_back():
    assert read(message(id=112233)).meter_id == "00112233"


def test_a_time_without_its_zone_is_utc_and_seconds_do_too():
    at = datetime(2024, 10, 2, 11, 12, 13, tzinfo=UTC)
    assert read(message(timestamp="2024-10-02T11:12:13")).at == at
    assert read(message(timestamp=None, timestamp_ut=at.timestamp())).at == at
    assert read(message(timestamp=None), received_at=at).at == at


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff", "not-json"),
        ("[1]", "not-json"),
        ('{"id"', "not-json"),
        ("{" + " " * 70_000 + "}", "too-large"),
        (message(total_m3=None), "no-total"),
        (message(total_m3=float("nan")), "no-total"),
        ('{"id":"1","total_m3":1e999999999}', "no-total"),
        ('{"id":"1","total_m3":1e9999999999999999999}', "not-json"),
        (message(total_m3=True), "no-total"),
        (message(total_m3=-0.001), "negative-total"),
        (message(id=None), "no-id"),
        (message(id="../../x"), "no-id"),
        (message(media="heat"), "other-medium"),
        (message(timestamp=None), "no-time"),
        (message(timestamp="yesterday"), "no-time"),
        (message(timestamp="0001-01-01T00:00:00+14:00"), "no-time"),
        (message(timestamp="9999-12-31T23:59:59-12:00"), "no-time"),
    ],
)
def test_what_is_no_reading_is_refused_with_why(payload, reason):
    with pytest.raises(MessageRefused) as caught:
        read(payload)
    assert caught.value.reason == reason


@given(st.dictionaries(st.text(), st.none() | st.floats() | st.text() | st.integers()))
def test_whatever_else_stands_in_a_message_breaks_nothing(fields):
    assert read({**fields, **message()}).total_l == 1_500
