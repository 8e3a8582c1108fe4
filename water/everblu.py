"""EverBlu Cyble readers (433 MHz): the `json` topic, the plain ones, and their units.

Of water every number is litres. Of gas the plain `liters` topic is cubic metres with
three decimals, while `liters` in the `json` topic stays the module's raw count: times
`pulse_l` litres (a divisor of 100 means 10), which the owner must know. A number whose
shape is of the other fluid is refused: the reader is set up for that one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from water.errors import MessageRefused
from water.message import Message, floored, instant, object_of
from water.radio import Medium, RadioReading

DRIVER = "everblu"
TOPIC = re.compile(
    r"(?:.*/)?cyble/(?:(?P<serial>[0-9A-Za-z_-]{1,32})/)?(?P<leaf>[a-z_0-9]+)"
    r"|(?:.*/)?cyblemeter_(?P<older>[0-9A-Za-z]{1,32})/state"
)
WHOLE = re.compile(r"[0-9]{1,12}")
CUBIC = re.compile(r"[0-9]{1,9}\.[0-9]{3}")
HISTORY = ("history", "monthly_usage")


def read(
    topic: str,
    payload: bytes | str,
    *,
    received_at: datetime,
    medium: Medium = Medium.WATER,
    pulse_l: int | None = None,
) -> RadioReading | None:
    """Read one topic's message; None of a topic that carries no index.

    `received_at` dates the plain topics, which say no time. Raises MessageRefused.
    """
    found = TOPIC.fullmatch(topic)
    if found is None:
        return None
    serial = found["older"] or found["serial"] or "cyble"
    leaf = "liters" if found["older"] else found["leaf"]
    if leaf == "json":
        return read_json(
            payload,
            serial=serial,
            received_at=received_at,
            medium=medium,
            pulse_l=pulse_l,
        )
    if leaf != "liters":
        return None
    return RadioReading(
        meter_id=serial.lower(),
        medium=medium,
        driver=DRIVER,
        at=received_at.astimezone(UTC),
        total_l=_plain_l(payload, medium),
    )


def read_json(
    payload: bytes | str | Message,
    *,
    serial: str,
    received_at: datetime | None = None,
    medium: Medium = Medium.WATER,
    pulse_l: int | None = None,
) -> RadioReading:
    """Read the `json` topic, dated by the reader itself; raise MessageRefused.

    "no-dates" for the thirteen months of `liters_attributes`, "no-pulse-weight" for gas
    without `pulse_l`, "no-total", "no-time", "not-json".
    """
    message = object_of(payload)
    if any(key in message for key in HISTORY):
        raise MessageRefused("no-dates", "monthly indexes without their dates")
    count = message.get("liters")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise MessageRefused("no-total", "its liters are no whole number")
    if medium is Medium.GAS and pulse_l is None:
        raise MessageRefused(
            "no-pulse-weight",
            "of gas, liters is a raw count",
            hint="say how many litres a pulse is: 10 for most",
        )
    rssi = floored(message.get("rssi_dbm"), 1)
    return RadioReading(
        meter_id=serial.lower(),
        medium=medium,
        driver=DRIVER,
        at=instant(message, received_at),
        total_l=count * (pulse_l or 1),
        battery_months=floored(message.get("battery"), 1),
        rssi_dbm=rssi,
    )


def _plain_l(payload: bytes | str, medium: Medium) -> int:
    text = payload if isinstance(payload, str) else payload.decode("ascii", "replace")
    text = text.strip()
    if medium is Medium.GAS:
        litres = floored(text, 1000) if CUBIC.fullmatch(text) else None
        expected = "cubic metres with three decimals"
    else:
        litres = int(text) if WHOLE.fullmatch(text) else None
        expected = "whole litres"
    if litres is None:
        raise MessageRefused(
            "other-unit",
            f"the topic of {medium.value} should say {expected}",
            hint="is the reader set up for the other fluid?",
        )
    return litres
