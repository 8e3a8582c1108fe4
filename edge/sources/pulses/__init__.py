"""Gas and water by pulses: one engine, a durable count, a line behind a protocol."""

from __future__ import annotations

from edge.sources.pulses.counter import Pulse, PulseCounter, Shape
from edge.sources.pulses.line import Flank, LineError, OpenLine, PulseLine
from edge.sources.pulses.settings import PulseSettings
from edge.sources.pulses.source import GasPulses, PulseSource, WaterPulses

__all__ = [
    "Flank",
    "GasPulses",
    "LineError",
    "OpenLine",
    "Pulse",
    "PulseCounter",
    "PulseLine",
    "PulseSettings",
    "PulseSource",
    "Shape",
    "WaterPulses",
]
