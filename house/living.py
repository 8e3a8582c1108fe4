"""What flows while the demonstration runs: somebody at the tap, the boiler, a leak.

Draws are short, so that within two minutes a leak can be told from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from house.flow import flowing
from house.gas_use import SHOWER_L_H
from house.home import VirtualHome
from house.water_use import SHOWER_L_H as TAP_L_H
from teleinfo.virtual.civil import day_of

SECOND_MS = 1_000
FIRST_MS = 30 * 60 * SECOND_MS
OFTEN_MS, SELDOM_MS = 180 * SECOND_MS, 1_200 * SECOND_MS
"""Somebody comes each three minutes in the first half-hour, then each twenty."""
TAP_MS, BURNER_MS = 40 * SECOND_MS, 100 * SECOND_MS
LEAK_L_H = 600
"""A burst hose, or a cistern that won't close: a litre each six seconds."""


@dataclass(slots=True)
class Living:
    """A home from `since_ms` on; `leak` may be turned on and off at any time."""

    home: VirtualHome
    since_ms: int
    leak: bool = field(default=False)

    def water_l_h(self, at_ms: int) -> int:
        """Give the water that flows at an instant."""
        tap = TAP_L_H if self._came(at_ms) < TAP_MS else 0
        return tap + (LEAK_L_H if self.leak else 0)

    def gas_l_h(self, at_ms: int) -> int:
        """Give the gas that flows: the day's heating, and warm water for the tap."""
        warm = SHOWER_L_H if self._came(at_ms) < BURNER_MS else 0
        return warm + flowing(self.home.gas.flows(day_of(at_ms)), at_ms)

    def _came(self, at_ms: int) -> int:
        """Give how long ago somebody came to the tap."""
        since = at_ms - self.since_ms
        return since % (OFTEN_MS if since < FIRST_MS else SELDOM_MS)
