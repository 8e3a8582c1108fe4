"""How each part fares: the same numbers for the API, MQTT and the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part of the service at one moment.

    `counters` only rise while the service runs (accepted, gaps, bytes_written, …);
    `refused` counts by reason; `gauges` go up and down (pending, bytes_on_disk, …).
    `oldest_age_ms` is how long the oldest thing not yet delivered has waited, None
    when nothing waits. Names are snake_case and carry no meter's number.
    """

    name: str
    ok: bool
    counters: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    gauges: Mapping[str, int] = field(default_factory=dict)
    oldest_age_ms: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """Every part at one instant; the service is well when all of them are."""

    at_ms: int
    parts: tuple[PartHealth, ...]

    @property
    def ok(self) -> bool:
        """Tell whether every part is well."""
        return all(part.ok for part in self.parts)
