"""What a meter that is heard on a broker needs to be told: its table `mqtt`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.catalogue import Fluid
from edge.gate.flow import qmax_l_h
from edge.registers import meter_of
from edge.sources.mqtt_in.presets import PRESETS, Preset, Way
from edge.sources.pulses.settings import PulseSettings

SCALES: Mapping[str, int] = {"L": 1_000, "m3": 1_000_000, "Wh": 1_000, "kWh": 1_000_000}
"""Thousandths of the register's unit that each unit is."""

UNITS = (*SCALES, "pulse")
ENERGY = ("Wh", "kWh")
KEYS = ("preset", "topic", "path", "unit", "as", "ids", "repeat_seconds")
ID = re.compile(r"[0-9a-z_-]{1,32}")
WILDCARDS = re.compile(r"[+#]")
REPEAT_S = 300


@dataclass(frozen=True, slots=True)
class HearSettings:
    """Where one meter is heard, and what its numbers say.

    `scale` is how many thousandths of the register's unit 1 is; `start` where the index
    begins, in thousandths, None: where the counter is. `pulse_ml` is a pulse's weight.
    """

    fluid: Fluid
    register: str
    topic: str
    scale: int
    preset: str = ""
    way: Way = Way.INDEX
    path: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()
    repeat_ms: int = REPEAT_S * 1000
    start: int | None = None
    qmax_l_h: int | None = 6_000
    pulse_ml: int = 10_000

    @classmethod
    def from_table(cls, table: Mapping[str, Any], fluid: Fluid) -> HearSettings:
        """Read a [[meters]] table; raise ValueError, naming the key to mend."""
        said = table["mqtt"]
        if not isinstance(said, Mapping):
            raise ValueError('mqtt is a table: mqtt = { topic = "…", unit = "m3" }')  # noqa: TRY004 - a value of the file
        unknown = sorted(set(said) - set(KEYS))
        if unknown:
            raise ValueError(
                f"mqtt has no key {unknown[0]!r}; there are {', '.join(KEYS)}"
            )
        name = _text(said, "preset", "")
        if name and name not in PRESETS:
            raise ValueError(f"mqtt.preset is one of {', '.join(PRESETS)}")
        preset = PRESETS.get(name, Preset())
        pulses = PulseSettings.from_table(table, fluid)
        unit = _one_of(said, "unit", UNITS, preset.unit)
        if unit in ENERGY and fluid is not Fluid.GAS:
            raise ValueError("mqtt.unit of water is L, m3 or pulse")
        index = meter_of(fluid).index
        if index is None:
            raise ValueError(f"{fluid} is not heard on a broker")
        scale = pulses.pulse_ml if unit == "pulse" else SCALES[unit]
        energy = unit in ENERGY
        return cls(
            fluid,
            "gas_energy_wh" if energy else index,
            _topic(said, preset),
            scale,
            name,
            Way(_one_of(said, "as", tuple(Way), preset.way)),
            _path(said, preset),
            _ids(said, preset),
            _repeat_ms(said),
            pulses.index_ml if "index_m3" in table and not energy else None,
            qmax_l_h(table, fluid),
            pulses.pulse_ml,
        )


def _text(said: Mapping[str, Any], key: str, default: str | None) -> str:
    value = said.get(key, default)
    if not isinstance(value, str) or len(value) > 256:
        raise ValueError(f'mqtt.{key} is needed, a text: {key} = "…"')
    return value


def _one_of(
    said: Mapping[str, Any], key: str, words: tuple[str, ...], default: str | None
) -> str:
    value = said.get(key, default)
    if value not in words:
        raise ValueError(f"mqtt.{key} is one of {', '.join(words)}")
    return str(value)


def _topic(said: Mapping[str, Any], preset: Preset) -> str:
    topic = _text(said, "topic", preset.topic)
    levels = topic.split("/")
    wild = any(WILDCARDS.search(level) and len(level) > 1 for level in levels)
    if not topic or topic[0] == "$" or "\0" in topic or wild or "#" in levels[:-1]:
        raise ValueError("mqtt.topic can't be subscribed to")
    if WILDCARDS.search(topic) and preset.topic is None:
        raise ValueError("mqtt.topic is of one meter: without + and #")
    return topic


def _path(said: Mapping[str, Any], preset: Preset) -> tuple[str, ...]:
    path = _text(said, "path", preset.path)
    return tuple(path.split(".")) if path else ()


def _ids(said: Mapping[str, Any], preset: Preset) -> frozenset[str]:
    """Give the numbers of the meters that are ours: nobody else's is taken."""
    given = said.get("ids", [])
    ids = frozenset(str(one).strip().lower() for one in given)
    if not isinstance(given, list | tuple) or not all(map(ID.fullmatch, ids)):
        raise ValueError('mqtt.ids are numbers of meters: ids = ["00112233"]')
    if preset.radio and not ids:
        raise ValueError(
            "mqtt.ids is needed: a radio hears the neighbours' meters as well"
        )
    return ids


def _repeat_ms(said: Mapping[str, Any]) -> int:
    value = said.get("repeat_seconds", REPEAT_S)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 86400:
        raise ValueError("mqtt.repeat_seconds is a whole number, 0 to 86400")
    return value * 1000
