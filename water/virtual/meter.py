"""A virtual water meter with an emitter: a reed that a magnet closes once a litre.

The magnet turns with the water: the reed is closed for a third of each litre, however
long that takes, up to seconds at a drip; and like any reed it bounces at both ends.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

PULSE_L = 1
MS = 1_000_000
L_H_NS = 3_600_000_000_000
"""A litre an hour during so many ns is a litre: volumes are counted in l/h x ns."""
CLOSED_PART = 3
LONGEST_NS = 2_000 * MS
"""A magnet that creeps past a reed holds it no longer than this."""
BOUNCES = 3
BOUNCE_NS = (50_000, 600_000)
QMAX_L_H = 5_000
"""A DN 15's or DN 20's, overloaded."""


class Flank(NamedTuple):
    """The reed closes (active), or opens, at an instant in ns of any one clock."""

    at_ns: int
    active: bool


class VirtualWaterMeter:
    """A pure model: no clock, no line; the same flows give the same flanks.

    `index_l` is what its dial shows at first: the next pulse comes after a litre.
    """

    def __init__(self, *, index_l: int, seed: int = 1) -> None:
        self._counted = index_l * L_H_NS
        self._rng = Random(f"water {seed}")  # noqa: S311 - a simulation

    @property
    def index_l(self) -> int:
        """Give what its dial shows."""
        return self._counted // L_H_NS

    def flow(self, start_ns: int, end_ns: int, flow_l_h: int) -> list[Flank]:
        """Let water flow over [start, end); give the flanks of the pulses begun in it.

        Spans follow one another. Raises ValueError on a flow that no home's lets
        through.
        """
        if not 0 <= flow_l_h <= QMAX_L_H:
            raise ValueError(f"a home's meter lets 0 to {QMAX_L_H} l/h through")
        before = self._counted
        after = before + flow_l_h * (end_ns - start_ns)
        flanks: list[Flank] = []
        for litre in range(before // L_H_NS + 1, after // L_H_NS + 1):
            at_ns = start_ns + -(-(litre * L_H_NS - before) // flow_l_h)
            closed_ns = min(L_H_NS // flow_l_h // CLOSED_PART, LONGEST_NS)
            flanks += self._bouncing(at_ns, active=True)
            flanks += self._bouncing(at_ns + closed_ns, active=False)
        self._counted = after
        return flanks

    def _bouncing(self, at_ns: int, *, active: bool) -> list[Flank]:
        flanks = [Flank(at_ns, active)]
        for _ in range(self._rng.randrange(BOUNCES + 1)):
            for level in (not active, active):
                at_ns += self._rng.randint(*BOUNCE_NS)
                flanks.append(Flank(at_ns, level))
        return flanks
