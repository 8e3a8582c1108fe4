"""A virtual Gazpar: a pure model of its pulse socket."""

from __future__ import annotations

from gazpar.virtual.meter import PULSE_L, Flank, VirtualGazpar

__all__ = ["PULSE_L", "Flank", "VirtualGazpar"]
