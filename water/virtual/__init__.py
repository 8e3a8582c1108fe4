"""A virtual water meter: a pure model of its pulse emitter."""

from __future__ import annotations

from water.virtual.meter import PULSE_L, Flank, VirtualWaterMeter

__all__ = ["PULSE_L", "Flank", "VirtualWaterMeter"]
