"""What a cubic metre of gas is worth, as a household configures it, by day.

conversion_kwh_m3 = 11.2
conversion_kwh_m3 = { 2025-11-01 = 11.05, 2025-12-01 = 11.2 }   # each from its day on

It stands in where no file of GRDF says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

KEY = "conversion_kwh_m3"
ALWAYS = date(2000, 1, 1)
LOW_WH_M3, HIGH_WH_M3 = 1_000, 40_000
"""Natural gas has about 9,200 to 12,000, propane in a network about 27,000."""
MOST = 1_000
HINT = f"{KEY} is kWh a m³, as in {KEY} = 11.2, or a table of days"

Dated = tuple[tuple[date, int], ...]


def dated(table: Mapping[str, Any]) -> Dated:
    """Read a [[meters]] table: Wh a m³, each from its day on; raise ValueError."""
    said = table.get(KEY)
    if said is None:
        return ()
    if not isinstance(said, Mapping):
        return ((ALWAYS, _wh_m3(said)),)
    if len(said) > MOST:
        raise ValueError(f"{KEY} has {MOST:,} days at most")
    return tuple(sorted((_day(day), _wh_m3(value)) for day, value in said.items()))


def _day(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise ValueError(f"{KEY} has days as 2025-11-01, and not {text!r}") from error


def _wh_m3(value: object) -> int:
    try:
        exact = Decimal(str(value)) * 1000
        whole = int(exact)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ValueError(HINT) from error
    if isinstance(value, bool) or whole != exact:
        raise ValueError(f"{HINT}; three decimals at most")
    if not LOW_WH_M3 <= whole <= HIGH_WH_M3:
        raise ValueError(
            f"{KEY} lies from {LOW_WH_M3 // 1000} to {HIGH_WH_M3 // 1000}: it stands "
            "on your bill as « coefficient de conversion »"
        )
    return whole
