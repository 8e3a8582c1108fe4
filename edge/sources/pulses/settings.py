"""What a meter that pulses needs to be told in its [[meters]] table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from edge.catalogue import Fluid
from edge.config import conversion
from edge.config.model import MeterConfig
from edge.gate.flow import WIDEST_L_H
from edge.registers import meter_of
from edge.sources.pulses.counter import MS, Shape

FASTER = 6
"""Pulses so many times faster than the greatest flow are none: 1 s for a G4's."""

NS_AN_HOUR = 3_600_000_000_000
ACTIVE = ("low", "high")
BIASES = ("pull-up", "pull-down", "none")
KEYS = frozenset(
    {
        "gpio",
        "gpio_chip",
        "active",
        "bias",
        "debounce_ms",
        "width_ms",
        "qmax_m3_h",
        "pulse_volume_l",
        "index_m3",
        "mqtt",
        conversion.KEY,
    }
)
OF_ALL = frozenset({*MeterConfig.model_fields, "data_dir"})
"""What any meter may have, and where the service keeps things."""


@dataclass(frozen=True, slots=True)
class PulseSettings:
    """One meter's pulses: on which line, of which shape, worth how much.

    `gpio` None: nothing pulses here, its readings come another way. `index_ml` is
    where the count begins, once: later the owner sets it by `releve set-index`.
    """

    gpio: int | None = None
    chip: str = "auto"
    active_low: bool = True
    bias: str = "pull-up"
    debounce_ms: int = 20
    shape: Shape = field(default_factory=Shape)
    pulse_ml: int = 10_000
    index_ml: int = 0

    @classmethod
    def from_table(cls, table: Mapping[str, Any], fluid: Fluid) -> PulseSettings:
        """Read a [[meters]] table; raise ValueError, naming the key to mend."""
        gpio = None if table.get("gpio") is None else _whole(table, "gpio", 0, 0, 1023)
        pulse_ml = meter_of(fluid).pulse_ml
        if "pulse_volume_l" in table:
            pulse_ml = _thousandths(table, "pulse_volume_l", 1, 10_000_000)
        qmax_l_h = meter_of(fluid).qmax_l_h or WIDEST_L_H
        if "qmax_m3_h" in table:
            qmax_l_h = _thousandths(table, "qmax_m3_h", 1, 10_000_000)
        index_ml = 0
        if "index_m3" in table:
            index_ml = _thousandths(table, "index_m3", 0, 99_999_999) * 1_000
        if conversion.dated(table) and fluid is not Fluid.GAS:
            raise ValueError(f"{conversion.KEY} is a gas meter's")
        width_ns = _whole(table, "width_ms", 30, 1, 10_000) * MS
        return cls(
            gpio,
            str(table.get("gpio_chip", "auto")),
            _one_of(table, "active", ACTIVE) == "low",
            _one_of(table, "bias", BIASES),
            _whole(table, "debounce_ms", 20, 0, 1_000),
            Shape(
                width_ns,
                width_ns,
                pulse_ml * NS_AN_HOUR // (qmax_l_h * 1_000 * FASTER),
            ),
            pulse_ml,
            index_ml,
        )


def refuse_unknown(table: Mapping[str, Any]) -> None:
    """Raise ValueError on a key that nothing reads: a misspelt one would be silent."""
    unknown = sorted(set(table) - KEYS - OF_ALL)
    if unknown:
        raise ValueError(
            f"there is no key {unknown[0]!r}; there are {', '.join(sorted(KEYS))}"
        )


def _whole(
    table: Mapping[str, Any], key: str, default: int, low: int, high: int
) -> int:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{key} is a whole number, {low} to {high}")  # noqa: TRY004 - a value of the file
    if not low <= value <= high:
        raise ValueError(f"{key} lies from {low} to {high}")
    return value


def _thousandths(table: Mapping[str, Any], key: str, low: int, high: int) -> int:
    """Give a decimal of the file in thousandths, exactly as it was written."""
    try:
        value = Decimal(str(table[key])) * 1000
        whole = int(value)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ValueError(f"{key} is a number, as in {key} = 10.5") from error
    if whole != value:
        raise ValueError(f"{key} has three decimals at most")
    if not low <= whole <= high:
        raise ValueError(f"{key} lies from {low / 1000:g} to {high / 1000:g}")
    return whole


def _one_of(table: Mapping[str, Any], key: str, words: tuple[str, ...]) -> str:
    value = table.get(key, words[0])
    if value not in words:
        raise ValueError(f"{key} is one of {', '.join(words)}")
    return str(value)
