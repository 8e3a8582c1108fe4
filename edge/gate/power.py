"""What the contract's power, or the greatest flow, bounds: growth and peaks."""

from __future__ import annotations

from collections.abc import Mapping

from edge.catalogue import Fluid
from edge.gate import flow
from edge.registers import meter_of
from edge.sample import Value

DEFAULT_KVA = 36
"""The largest contract that a Linky serves; assumed until a frame says less."""

MARGIN = 1.5
"""A breaker lets about 1.3 times its setting through before it opens."""

SLACK_WH = 2
"""An index is a whole number, and the frames' instants are not exact."""

PEAK = 4
"""Starting currents reach several times the rating for a second or so."""

VOLTS_A_PHASE = 200
"""What Enedis turns kVA into amperes with (NOI-CPT_54E, 6.1: ISOUSC = PREF / 200)."""

MS_AN_HOUR = 3_600_000

FLOWS = {
    "gas": (Fluid.GAS, flow.growth),
    "gas_energy": (Fluid.GAS, flow.energy),
    "water": (Fluid.WATER, flow.growth),
}
"""What bounds an index that no power does: which fluid's greatest flow, and how."""


class Power:
    """The contract's power, once confirmed; 36 kVA while it isn't known.

    `qmax_l_h` is what a gas or water meter lets through at most.
    """

    REGISTERS = frozenset(
        {"subscribed_power_kva", "subscribed_current_a", "breaker_power_kva"}
    )

    def __init__(
        self, fluid: Fluid = Fluid.ELECTRICITY, qmax_l_h: int | None = None
    ) -> None:
        self.qmax_l_h = {each: meter_of(each).qmax_l_h for each in Fluid}
        if qmax_l_h is not None:
            self.qmax_l_h[fluid] = qmax_l_h
        self.import_va = DEFAULT_KVA * 1000
        self.export_va = DEFAULT_KVA * 1000

    def learn(self, values: Mapping[str, Value]) -> None:
        """Take the contract out of confirmed values, where they have it."""
        kva = [
            value
            for name in ("subscribed_power_kva", "breaker_power_kva")
            if isinstance(value := values.get(name), int) and value > 0
        ]
        amperes = values.get("subscribed_current_a")
        if kva:
            self.import_va = max(kva) * 1000
        elif isinstance(amperes, int) and amperes > 0:
            phases = 3 if "current_l3_a" in values else 1
            self.import_va = amperes * VOLTS_A_PHASE * phases
        else:
            self.import_va = DEFAULT_KVA * 1000
        # what a producer injects has its own contract, which no label tells
        self.export_va = max(self.import_va, DEFAULT_KVA * 1000)

    def growth(self, direction: str | None, elapsed_ms: int) -> int:
        """Give the most that an index can have counted in this time, in its unit."""
        if direction in FLOWS:
            fluid, most = FLOWS[direction]
            return most(self.qmax_l_h[fluid], elapsed_ms)
        va = self.import_va if direction == "import" else self.export_va
        return int(MARGIN * va * max(elapsed_ms, 0) / MS_AN_HOUR) + SLACK_WH

    def peak(self, unit: str | None, direction: str) -> int | None:
        """Give the most that an instant can show in this unit; None: no such bound."""
        va = self.import_va if direction == "import" else self.export_va
        if unit in ("VA", "W"):
            return PEAK * va
        return PEAK * va // VOLTS_A_PHASE if unit == "A" else None
