"""What the libraries' words are here: registers, qualities, origins. One table each.

Quality and origin are given by the importer, never by the file.
"""

from __future__ import annotations

from collections.abc import Mapping

from edge.catalogue import Fluid, Register
from edge.registers import CATALOGUE
from edge.sample import DEMO, Quality
from exports.said import Nature

ORIGIN = "file:"
REGISTERS: Mapping[tuple[Fluid, str], str] = {
    (Fluid.GAS, "volume_l"): "gas_volume_l",
    (Fluid.GAS, "energy_wh"): "gas_energy_wh",
    (Fluid.GAS, "conversion_wh_m3"): "gas_conversion_wh_m3",
    (Fluid.WATER, "volume_l"): "water_volume_l",
    (Fluid.WATER, "leak_l"): "water_leak_l",
    (Fluid.WATER, "flow_min_l_h"): "water_flow_min_l_h",
    (Fluid.ELECTRICITY, "import_mean_power_w"): "import_load_curve_w",
    (Fluid.ELECTRICITY, "export_mean_power_w"): "export_load_curve_w",
    (Fluid.ELECTRICITY, "import_energy_wh"): "import_total_wh",
    (Fluid.ELECTRICITY, "export_energy_wh"): "export_total_wh",
    (Fluid.ELECTRICITY, "max_power_va"): "max_power_today_va",
    (Fluid.ELECTRICITY, "max_export_power_va"): "max_export_today_va",
}
"""By fluid and quantity; a quantity that is named as a register is that register."""

QUALITIES: Mapping[Nature, Quality] = {
    Nature.MEASURED: Quality.RAW,
    Nature.DEFINITIVE: Quality.VALIDATED,
    Nature.ESTIMATED: Quality.ESTIMATED,
}
VALIDATED = frozenset({Fluid.WATER})
"""Whose operators publish what they measured once: it is what they bill."""
OTHERS = ("releve", "csv-")
"""What begins the names of formats that are no operator's: measured at best."""


def register(fluid: Fluid, quantity: str) -> Register | None:
    """Give the register of a quantity, or None when we have none for it."""
    name = REGISTERS.get((fluid, quantity), quantity)
    if name not in CATALOGUE or CATALOGUE[name].fluid is not fluid:
        return None
    return CATALOGUE[name]


def quality(fluid: Fluid, format_name: str, nature: Nature) -> Quality:
    """Give how far to trust what a format of a fluid says to be of a nature."""
    billed = fluid in VALIDATED and not format_name.startswith(OTHERS)
    if nature is Nature.MEASURED and billed:
        return Quality.VALIDATED
    return QUALITIES[nature]


def origin(format_name: str, *, demo: bool = False) -> str:
    """Give where slices of a format come from; `demo`: a file that is invented."""
    return f"{DEMO}:{format_name}" if demo else f"{ORIGIN}{format_name}"
