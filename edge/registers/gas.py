"""Gas: what a Gazpar counts, and what GRDF makes of it.

A Gazpar counts raw litres; its energy is GRDF's: litres by a coefficient of the month
(PCS × PTA, kWh/m³), and comes as slices, never as an index of the meter.
"""

from __future__ import annotations

from edge.catalogue import ConsentClass, Fluid, FluidMeter, Kind, Register

VOLUME_MAX_L = 99_999_999
"""Five digits of m³ and three decimals: the widest dial of a home's meter."""

ENERGY_MAX_WH = 9_999_999_999
CONVERSION_MAX_WH_M3 = 40_000
"""Natural gas has about 9,200 to 12,000, propane in a network about 27,000."""

VOLUME = (58, 134, 0)
"""ESPI: volume, in litres."""

ENERGY = (12, 72, 0)
"""ESPI: energy, in Wh."""

GAZPAR = FluidMeter(
    # an index that stands is said each 40 s by who counts its pulses
    hold_ms=120_000,
    index="gas_volume_l",
    qmax_l_h=6_000,  # a G4
    pulse_ml=10_000,
)

GAS: tuple[Register, ...] = (
    Register(
        name="gas_volume_l",
        fluid=Fluid.GAS,
        kind=Kind.INDEX,
        unit="L",
        title_en="Gas, volume",
        title_fr="Gaz, volume",
        minimum=0,
        maximum=VOLUME_MAX_L,
        power="gas",
        # litres are taken since 2025.6 of Home Assistant, with a warning before
        device_class="gas",
        state_class="total_increasing",
        green_button=VOLUME,
        coarse=ConsentClass.ENERGY,
        fine=ConsentClass.ENERGY,
    ),
    Register(
        name="gas_energy_wh",
        fluid=Fluid.GAS,
        kind=Kind.INDEX,
        unit="Wh",
        title_en="Gas, energy",
        title_fr="Gaz, énergie",
        minimum=0,
        maximum=ENERGY_MAX_WH,
        power="gas_energy",
        device_class="energy",
        state_class="total_increasing",
        green_button=ENERGY,
        coarse=ConsentClass.ENERGY,
        fine=ConsentClass.ENERGY,
    ),
    Register(
        name="gas_conversion_wh_m3",
        fluid=Fluid.GAS,
        kind=Kind.STATE,
        unit="Wh/m³",
        title_en="Gas, conversion coefficient",
        title_fr="Gaz, coefficient de conversion",
        minimum=0,
        maximum=CONVERSION_MAX_WH_M3,
    ),
    Register(
        name="gas_status",
        fluid=Fluid.GAS,
        kind=Kind.TEXT,
        unit=None,
        title_en="Gas meter, status",
        title_fr="Compteur de gaz, état",
    ),
)
