"""What the roller must remember: for each meter where time stands, and its anchors.

Its size follows the number of registers, never the length of history; it is kept in
the transaction that appends intervals and moves the cursor.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from edge.journal.erased import Erased
from edge.rollup.rolling import Anchor


@dataclass(slots=True)
class RegisterState:
    """A register: its first known value, its last before `closed_ms`, its last row."""

    first: Anchor | None = None
    last: Anchor | None = None
    row_ms: int | None = None


@dataclass(slots=True)
class MeterState:
    """One meter: heard up to `heard_ms`, half-hours closed up to `closed_ms`."""

    heard_ms: int | None = None
    closed_ms: int | None = None
    registers: dict[str, RegisterState] = field(default_factory=dict)


def pack(states: dict[str, MeterState]) -> bytes:
    """Write the states of all meters."""
    told = {
        meter: [
            state.heard_ms,
            state.closed_ms,
            {name: [r.first, r.last, r.row_ms] for name, r in state.registers.items()},
        ]
        for meter, state in states.items()
    }
    return json.dumps(told, separators=(",", ":")).encode()


def unpack(data: bytes) -> dict[str, MeterState]:
    """Read the states of all meters; nothing for nothing."""
    if not data:
        return {}
    return {
        meter: MeterState(
            heard,
            closed,
            {
                name: RegisterState(_anchor(first), _anchor(last), row)
                for name, (first, last, row) in registers.items()
            },
        )
        for meter, (heard, closed, registers) in json.loads(data).items()
    }


def without(data: bytes, stone: Erased) -> bytes:
    """Give the states without what they hold of an erased time."""
    states = unpack(data)
    mine = states.get(stone.meter)
    if mine is None:
        return data
    if stone.whole and (mine.heard_ms or 0) < stone.end_ms:
        del states[stone.meter]
    for known in mine.registers.values():
        if known.first is not None and stone.holds(known.first.at_ms):
            known.first = None
        if known.last is not None and stone.holds(known.last.at_ms):
            known.last = None
    return pack(states)


def _anchor(told: list[int] | None) -> Anchor | None:
    return None if told is None else Anchor(*told)
