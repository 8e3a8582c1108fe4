"""One message as a number of one meter. Pure: no clock, no broker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from edge.catalogue import Fluid
from edge.sample import millis, utc
from edge.sources.mqtt_in.settings import HearSettings
from water import everblu, wmbus_json
from water.errors import MessageRefused
from water.message import floored
from water.radio import Medium, RadioReading

MOST_BYTES = 16 << 10
MEDIA = {Fluid.GAS: Medium.GAS, Fluid.WATER: Medium.WATER}


class Heard(NamedTuple):
    """A number in thousandths of the register's unit; `at_ms` None: it says no time."""

    number: int
    at_ms: int | None = None


def heard(
    settings: HearSettings, topic: str, payload: bytes, received_ms: int
) -> Heard | None:
    """Read a message; None where it is another meter's, or carries no index.

    Raises MessageRefused, whose `reason` is a short word.
    """
    if len(payload) > MOST_BYTES:
        raise MessageRefused("too-large", "the message is larger than 16 KiB")
    received = utc(received_ms)
    if settings.preset == "wmbusmeters":
        return _radio(settings, wmbus_json.read(payload, received_at=received))
    if settings.preset == "everblu":
        return _radio(settings, _everblu(settings, topic, payload, received))
    number = floored(_at(settings.path, payload), settings.scale)
    if number is None:
        raise MessageRefused("no-number", "there is no number where one should be")
    return Heard(number)


def _everblu(
    settings: HearSettings, topic: str, payload: bytes, received: datetime
) -> RadioReading | None:
    return everblu.read(
        topic,
        payload,
        received_at=received,
        medium=MEDIA[settings.fluid],
        pulse_l=max(1, settings.pulse_ml // 1000),
    )


def _radio(settings: HearSettings, reading: RadioReading | None) -> Heard | None:
    if reading is None or reading.meter_id not in settings.ids:
        return None
    if reading.medium not in (MEDIA[settings.fluid], Medium.UNKNOWN):
        raise MessageRefused("other-medium", "it is of another fluid")
    return Heard(reading.total_l * 1000, millis(reading.at))


def _at(path: tuple[str, ...], payload: bytes) -> Any:
    """Give what stands at a path of a JSON document, or the whole payload as text."""
    if not path:
        return payload.decode("ascii", "replace")
    try:
        found = json.loads(payload, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise MessageRefused("not-json", "the message is no JSON") from error
    for key in path:
        if isinstance(found, Mapping):
            found = found.get(key)
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found
