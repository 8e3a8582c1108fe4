"""The registers of each fluid, as tables, and what holds of its meters."""

from __future__ import annotations

from collections.abc import Mapping

from edge.catalogue import Catalogue, Fluid, FluidMeter
from edge.registers.electricity import ELECTRICITY, LINKY
from edge.registers.gas import GAS, GAZPAR
from edge.registers.water import WATER, WATER_METER

CATALOGUE = Catalogue((*ELECTRICITY, *GAS, *WATER))
METERS: Mapping[Fluid, FluidMeter] = {
    Fluid.ELECTRICITY: LINKY,
    Fluid.GAS: GAZPAR,
    Fluid.WATER: WATER_METER,
}

__all__ = ["CATALOGUE", "METERS", "meter_of"]


def meter_of(fluid: Fluid) -> FluidMeter:
    """Give what holds of a fluid's meters."""
    return METERS.get(fluid, FluidMeter())
