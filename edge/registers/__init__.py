"""The registers of each fluid, as tables."""

from __future__ import annotations

from edge.catalogue import Catalogue
from edge.registers.electricity import ELECTRICITY

CATALOGUE = Catalogue(ELECTRICITY)

__all__ = ["CATALOGUE"]
