"""The roller: a consumer of the journal that appends intervals to it."""

from edge.roller.roller import Roller

__all__ = ["Roller"]
