"""What the greatest flow bounds: how far a gas or water index can have risen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.catalogue import Fluid
from edge.registers import meter_of

MOST_M3_H = 10_000
WIDEST_L_H = MOST_M3_H * 1_000
MARGIN = 1.5
SLACK_L = 1_000
"""Some dials and radios say whole m³ only."""

WH_A_LITRE = 28
"""The richest gas in a network, propane; natural gas has 12 at most."""

MS_AN_HOUR = 3_600_000


def qmax_l_h(table: Mapping[str, Any], fluid: Fluid) -> int | None:
    """Give what a meter's table says that it lets through; its fluid's usual, else."""
    said = table.get("qmax_m3_h")
    if isinstance(said, int | float) and 0 < said <= MOST_M3_H:
        return int(said * 1000)
    return meter_of(fluid).qmax_l_h


def growth(qmax_l_h: int | None, elapsed_ms: int) -> int:
    """Give the most litres that can have flowed in this time."""
    return (
        int(MARGIN * (qmax_l_h or WIDEST_L_H) * max(elapsed_ms, 0) / MS_AN_HOUR)
        + SLACK_L
    )


def energy(qmax_l_h: int | None, elapsed_ms: int) -> int:
    """Give the most Wh that gas can have brought in this time."""
    return growth(qmax_l_h, elapsed_ms) * WH_A_LITRE
