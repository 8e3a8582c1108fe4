"""One JSON message of wmbusmeters, water or gas, as a reading.

Read is what every driver has: `id`, `media`, `meter` (the driver), `timestamp` (when it
was received, UTC) and `total_m3`. What only some have is read under every name that it
has had (izar's became izarv2's), and what is unknown or absurd is left out: an absent
sensor says 127 °C, an unset target date 2000-00-00.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from water.errors import MessageRefused
from water.message import Message, floored, instant, object_of
from water.radio import Medium, RadioReading

METER_ID = re.compile(r"[0-9a-z]{1,16}")
CONVERTERS = ("unknown", "other", "reserved", "radio converter", "bus/system component")
STATUSES = ("status", "current_status", "current_alarms", "error_flags")
FINE = frozenset({"OK", "NO_ALARM", "NO_ERROR", "NONE"})
PAST = ("PREV", "HISTORIC")
"""Of words that say what was: PREV_LEAKAGE, leakage_previously."""
EITHER = "LEAKAGE_OR_NO_USAGE"
FLOWS = ("volume_flow_m3h", "flow_m3h", "current_flow_m3h")
TEMPERATURES = ("flow_temperature_c", "temperature_c", "water_temperature_c")
BATTERY_YEARS = ("battery_y", "remaining_battery_life_y")
TARGETS = (
    ("target_m3", ("target_date", "target_datetime")),
    ("last_month_total_m3", ("last_month_measure_date",)),
    ("consumption_at_set_date_m3", ("set_date", "set_datetime")),
    ("due_date_m3", ("due_date",)),
    ("due_m3", ("due_date",)),
)


def read(
    payload: bytes | str | Message, *, received_at: datetime | None = None
) -> RadioReading:
    """Read one message; raise MessageRefused.

    "not-json", "no-id", "other-medium", "no-total", "negative-total", "no-time".
    """
    message = object_of(payload)
    total_l = _total_l(message)
    status = tuple(dict.fromkeys(_words(message)))
    target_l, target_date = _target(message, total_l)
    years = _first(message, BATTERY_YEARS, 12)
    return RadioReading(
        meter_id=_meter_id(message),
        medium=_medium(message),
        driver=str(message.get("meter", "")),
        at=instant(message, received_at),
        total_l=total_l,
        status=status,
        leak=_leak(status) if any(key in message for key in STATUSES) else None,
        target_l=target_l,
        target_date=target_date,
        flow_l_h=_first(message, FLOWS, 1000),
        temperature_centi_c=_temperature(message),
        battery_months=years if years is None or years >= 0 else None,
        battery_pct=floored(message.get("battery_pct"), 1),
        rssi_dbm=floored(message.get("rssi_dbm"), 1),
    )


def _total_l(message: Message) -> int:
    total_l = floored(message.get("total_m3"), 1000)
    if total_l is None:
        raise MessageRefused(
            "no-total",
            "the message has no total_m3",
            hint="some drivers send it in other messages only",
        )
    if total_l < 0:
        raise MessageRefused("negative-total", "its total_m3 is below zero")
    return total_l


def _meter_id(message: Message) -> str:
    given = message.get("id")
    # Some relays make a number of it, and lose the zeros that it began with.
    whole = isinstance(given, int) and not isinstance(given, bool)
    text = f"{given:08d}" if whole else str(given or "").strip().lower()
    if not METER_ID.fullmatch(text):
        raise MessageRefused("no-id", "the message doesn't say which meter it is of")
    return text


def _medium(message: Message) -> Medium:
    media = str(message.get("media", "unknown")).lower()
    if "water" in media:
        return Medium.WATER
    if media == "gas":
        return Medium.GAS
    if media.startswith(CONVERTERS):
        return Medium.UNKNOWN
    raise MessageRefused(
        "other-medium", f"it is of {media[:40]!r}, neither water nor gas"
    )


def _words(message: Message) -> Iterator[str]:
    for key in STATUSES:
        for word in re.split(r"[\s,;]+", str(message.get(key) or "").upper()):
            if word and word not in FINE and not any(part in word for part in PAST):
                yield word


def _leak(status: tuple[str, ...]) -> bool | None:
    words = [word for word in status if "LEAK" in word or "BURST" in word]
    if not words:
        return False
    # One bit for a leak or for an empty home doesn't say which.
    return True if any(word != EITHER for word in words) else None


def _target(message: Message, total_l: int) -> tuple[int | None, date | None]:
    for key, dates in TARGETS:
        target_l = floored(message.get(key), 1000)
        if target_l is None or not 0 <= target_l <= total_l:
            continue
        return target_l, next(filter(None, (_date(message, at) for at in dates)), None)
    return None, None


def _date(message: Message, key: str) -> date | None:
    try:
        return date.fromisoformat(str(message.get(key))[:10])
    except ValueError:
        return None


def _first(message: Message, keys: tuple[str, ...], scale: int) -> int | None:
    found = (floored(message.get(key), scale) for key in keys)
    return next((value for value in found if value is not None), None)


def _temperature(message: Message) -> int | None:
    centi = _first(message, TEMPERATURES, 100)
    return centi if centi is not None and -4000 < centi < 11000 else None
