"""What happened, once, at an instant: edges only, never a state repeated each frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from edge.sample import Value


class EventKind(StrEnum):
    """The kinds of event; each becomes an MQTT topic `releve/<meter>/event/<kind>`."""

    TARIFF = "tariff"
    OVERLOAD = "overload"
    TEMPO = "tempo"
    PEAK_NOTICE = "peak_notice"
    MESSAGE = "message"
    MODE = "mode"
    CLOCK = "clock"
    SILENCE = "silence"
    LEAK = "leak"
    DEVICE = "device"
    CORRECTION = "correction"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Event:
    """One edge: what changed, from what, to what; `detail` is for display only."""

    meter: str
    at_ms: int
    kind: EventKind
    detail: Mapping[str, Value] = field(default_factory=dict)
