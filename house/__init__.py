"""A virtual household: one home's electricity, gas and water, out of a seed.

Pure but for the lines on which its meters pulse: weather, calendar, people, and what
flows because of them; the same seed and first day give the same home, to the litre.
"""

from __future__ import annotations

from house.home import VirtualHome
from house.story import Story

__all__ = ["Story", "VirtualHome"]
