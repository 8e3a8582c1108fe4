"""The edge's end of the collectors: what they read of portals, through the gate."""

from __future__ import annotations

from edge.sources.collected.door import CollectedDoor

__all__ = ["CollectedDoor"]
