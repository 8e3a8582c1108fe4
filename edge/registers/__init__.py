"""The registers of each fluid, as tables."""

from __future__ import annotations

from edge.catalogue import Catalogue
from edge.registers.electricity import ELECTRICITY
from edge.registers.gas import GAS
from edge.registers.water import WATER

CATALOGUE = Catalogue((*ELECTRICITY, *GAS, *WATER))

__all__ = ["CATALOGUE"]
