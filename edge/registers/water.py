"""Water: what a meter, its radio or its operator says of a home's water."""

from __future__ import annotations

from edge.catalogue import ConsentClass, Fluid, FluidMeter, Kind, Register

VOLUME_MAX_L = 99_999_999
"""Five digits of m³ and three decimals: the widest dial of a home's meter."""

FLOW_MAX_L_H = 100_000
VOLUME = (58, 134, 0)
"""ESPI: volume, in litres."""

WATER_METER = FluidMeter(
    hold_ms=120_000,
    index="water_volume_l",
    qmax_l_h=5_000,  # DN 15 or DN 20, overloaded
    pulse_ml=1_000,
)

WATER: tuple[Register, ...] = (
    Register(
        name="water_volume_l",
        fluid=Fluid.WATER,
        kind=Kind.INDEX,
        unit="L",
        title_en="Water, volume",
        title_fr="Eau, volume",
        minimum=0,
        maximum=VOLUME_MAX_L,
        power="water",
        device_class="water",
        state_class="total_increasing",
        green_button=VOLUME,
        coarse=ConsentClass.ENERGY,
        fine=ConsentClass.ENERGY,
    ),
    Register(
        name="water_leak_l",
        fluid=Fluid.WATER,
        kind=Kind.STATE,
        unit="L",
        title_en="Water, estimated leak of a period",
        title_fr="Eau, fuite estimée d'une période",
        minimum=0,
        maximum=VOLUME_MAX_L,
        coarse=ConsentClass.EVENT,
        fine=ConsentClass.EVENT,
    ),
    Register(
        name="water_flow_min_l_h",
        fluid=Fluid.WATER,
        kind=Kind.STATE,
        unit="L/h",
        title_en="Water, least flow of a period",
        title_fr="Eau, débit minimal d'une période",
        minimum=0,
        maximum=FLOW_MAX_L_H,
        coarse=ConsentClass.ENERGY,
        fine=ConsentClass.ENERGY,
    ),
    Register(
        name="water_flow_l_h",
        fluid=Fluid.WATER,
        kind=Kind.INSTANT,
        unit="L/h",
        title_en="Water, flow",
        title_fr="Eau, débit",
        minimum=0,
        maximum=FLOW_MAX_L_H,
        # litres an hour are taken by a Home Assistant of 2025, with a warning before
        device_class="volume_flow_rate",
        state_class="measurement",
        coarse=ConsentClass.LIVE_POWER,
        fine=ConsentClass.LIVE_POWER,
    ),
    Register(
        name="water_status",
        fluid=Fluid.WATER,
        kind=Kind.TEXT,
        unit=None,
        title_en="Water meter, status",
        title_fr="Compteur d'eau, état",
    ),
)
