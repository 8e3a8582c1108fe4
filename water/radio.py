"""What a radio heard of a meter, whichever receiver decoded it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Medium(StrEnum):
    """What flows through the meter; unknown where a converter speaks for it."""

    WATER = "water"
    GAS = "gas"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RadioReading:
    """One message of one meter.

    `meter_id` is the number that the meter sends, a text (it may be hexadecimal), to
    compare with a list of the home's own: a radio hears the neighbours. `at` is when it
    was received, aware UTC. `status` are the words of what is wrong now, upper case;
    `leak` None where the meter doesn't say. `target_l` is the index at a past
    `target_date`. Integers: litres, l/h, hundredths of a degree, months, per cent, dBm.
    """

    meter_id: str
    medium: Medium
    driver: str
    at: datetime
    total_l: int
    status: tuple[str, ...] = ()
    leak: bool | None = None
    target_l: int | None = None
    target_date: date | None = None
    flow_l_h: int | None = None
    temperature_centi_c: int | None = None
    battery_months: int | None = None
    battery_pct: int | None = None
    rssi_dbm: int | None = None
