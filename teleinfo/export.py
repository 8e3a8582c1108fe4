"""Power that a home injects, as far as a frame tells.

A producer's meter says it (SINSTI). A consumer's does not, but it tells the direction
(STGE bit 9) and, unsigned, currents and voltages: their product is an estimate, in
apparent power. The historic mode has no direction either: there, a current that flows
while no power is drawn is one that leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

from teleinfo.frame import Frame
from teleinfo.mode import Mode
from teleinfo.stge import Direction, Stge

PHASES = (1, 2, 3)
# The historic mode sends no voltage; 230 V is what the network promises, within 10 %.
NOMINAL_V = 230


@dataclass(frozen=True, slots=True)
class Export:
    """Injected apparent power in VA; `estimated` unless the meter measured it."""

    power_va: int
    estimated: bool

    @classmethod
    def of(cls, frame: Frame) -> Export | None:
        """Read or estimate a frame's injected power; None if it can't be told."""
        measured = _number(frame, "SINSTI")
        if measured is not None:
            return cls(measured, estimated=False)
        estimate = (
            _by_direction(frame)
            if frame.mode is Mode.STANDARD
            else _by_current_without_power(frame)
        )
        return None if estimate is None else cls(estimate, estimated=True)


def _by_direction(frame: Frame) -> int | None:
    status = frame.get("STGE")
    if status is None or not isinstance(status.value, Stge):
        return None
    if status.value.direction is Direction.IMPORT:
        return 0
    leaving_va = 0
    phases = [n for n in PHASES if f"IRMS{n}" in frame or n == 1]
    for n in phases:
        current_a = _number(frame, f"IRMS{n}")
        voltage_v = _number(frame, f"URMS{n}")
        if current_a is None or voltage_v is None:
            return None
        # On three phases one can draw what another injects: the net leaves.
        drawn_va = _number(frame, f"SINSTS{n}") or 0
        leaving_va += -drawn_va if drawn_va else current_a * voltage_v
    return max(0, leaving_va)


def _by_current_without_power(frame: Frame) -> int | None:
    power_va = _number(frame, "PAPP")
    if power_va is None:
        return None
    if power_va > 0:
        return 0
    currents_a = [
        current_a
        for label in ("IINST", *(f"IINST{n}" for n in PHASES))
        if (current_a := _number(frame, label)) is not None
    ]
    return sum(currents_a) * NOMINAL_V if currents_a else None


def _number(frame: Frame, label: str) -> int | None:
    group = frame.get(label)
    return group.value if group is not None and isinstance(group.value, int) else None
