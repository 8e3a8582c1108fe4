"""A virtual Gazpar: what its socket does while gas flows, to the nanosecond.

The socket is an open collector: closed for about 300 ms each 10 litres (measured at
sanglierlab.fr). A transistor doesn't bounce; the long wire to it picks up spikes.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

PULSE_L = 10
MS = 1_000_000
L_H_NS = 3_600_000_000_000
"""A litre an hour during so many ns is a litre: volumes are counted in l/h x ns."""
CLOSED_MS = (280, 320)
SPIKE_NS = (20_000, 900_000)
SPIKES_ONE_IN = 12
QMAX_L_H = 6_000
"""A G4's (EN 1359)."""


class Flank(NamedTuple):
    """The socket closes (active), or opens, at an instant in ns of any one clock."""

    at_ns: int
    active: bool


class VirtualGazpar:
    """A pure model: no clock, no line; the same flows give the same flanks.

    `index_l` is what its dial shows at first: the next pulse comes after ten litres.
    """

    def __init__(self, *, index_l: int, seed: int = 1) -> None:
        self._counted = index_l * L_H_NS
        self._start = self._counted
        self._rng = Random(f"gazpar {seed}")  # noqa: S311 - a simulation

    @property
    def index_l(self) -> int:
        """Give what its dial shows."""
        return self._counted // L_H_NS

    def flow(self, start_ns: int, end_ns: int, flow_l_h: int) -> list[Flank]:
        """Let gas flow over [start, end); give the flanks of the pulses begun in it.

        Spans follow one another. Raises ValueError on a flow that no G4 lets through.
        """
        if not 0 <= flow_l_h <= QMAX_L_H:
            raise ValueError(f"a G4 lets 0 to {QMAX_L_H} l/h through")
        each = PULSE_L * L_H_NS
        before = self._counted - self._start
        after = before + flow_l_h * (end_ns - start_ns)
        flanks: list[Flank] = []
        for number in range(before // each + 1, after // each + 1):
            at_ns = start_ns + -(-(number * each - before) // flow_l_h)
            flanks += self._pulse(at_ns)
        self._counted = self._start + after
        return flanks

    def _pulse(self, at_ns: int) -> list[Flank]:
        rng = self._rng
        closed_ns = rng.randint(*CLOSED_MS) * MS
        flanks = [Flank(at_ns, active=True), Flank(at_ns + closed_ns, active=False)]
        if rng.randrange(SPIKES_ONE_IN) == 0:
            spike_ns = at_ns + closed_ns + rng.randrange(100, 800) * MS
            width_ns = rng.randint(*SPIKE_NS)
            flanks += [Flank(spike_ns, active=True)]
            flanks += [Flank(spike_ns + width_ns, active=False)]
        return flanks
