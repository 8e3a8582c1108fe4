"""What is known of the programs that publish meters: their topics, units and habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """What a number says."""

    INDEX = "index"
    """What the meter itself shows: as it is, and a fall is a matter for the gate."""
    DELTA = "delta"
    """What has flowed since the message before."""
    COUNT = "count"
    """What was counted since its counter started: from 0 again after a reboot."""


@dataclass(frozen=True, slots=True)
class Preset:
    """`topic`, `path` and `unit` None: to be told. `radio` ones hear the neighbours."""

    topic: str | None = None
    path: str | None = ""
    unit: str | None = None
    way: Way = Way.INDEX
    radio: bool = False


PRESETS: Mapping[str, Preset] = {
    "wmbusmeters": Preset("wmbusmeters/#", unit="m3", radio=True),
    "everblu": Preset("everblu/cyble/#", unit="L", radio=True),
    # the `total` of a pulse_meter; HomeAssistant's text of a state is the number alone
    "esphome": Preset(way=Way.COUNT),
    "tasmota": Preset(path="COUNTER.C1", unit="pulse", way=Way.COUNT),
    "zigbee2mqtt": Preset(path=None, way=Way.COUNT),
    "gazpar2mqtt": Preset("gazpar2mqtt/#", "volume", "m3"),
}
