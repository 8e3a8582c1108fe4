"""One index: what stands of it, what waits, and where the frame that says so stands."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from edge.catalogue import Fluid, Register
from edge.gate.verdict import Reason
from edge.sample import Value


class Count:
    """One index: what is accepted of it, and what waits to be confirmed.

    Plain slots, since every rise of every index writes here.
    """

    __slots__ = (
        "agreed",
        "at",
        "candidate",
        "candidate_at",
        "exact",
        "frozen",
        "previous",
        "register",
        "rising",
        "standing",
        "value",
    )

    def __init__(self, register: Register) -> None:
        self.register = register
        # a pulse count, a radio's or a portal's word is whole: no second one is waited
        # for, as a TIC frame needs, whose checksum lets one in eight damages through
        self.exact = register.fluid is not Fluid.ELECTRICITY
        self.value: int | None = None
        self.at = 0
        self.candidate: int | None = None
        self.candidate_at = 0
        self.previous: Value = None
        self.frozen: int | None = None
        self.rising = 0
        self.agreed = 0
        self.standing = False


@dataclass(slots=True)
class Outcome:
    """What came of the indexes of one frame."""

    values: dict[str, int | None] = field(default_factory=dict)
    refused: list[tuple[str, Value, Reason, int | None]] = field(default_factory=list)
    doubted: set[str] = field(default_factory=set)

    def refuse(
        self, name: str, value: Value, reason: Reason, accepted: int | None
    ) -> None:
        """Say no to a value; its register is unknown in this frame."""
        self.refused.append((name, value, reason, accepted))
        self.values[name] = None


class Moment(NamedTuple):
    """Where a frame stands: elapsed ms now and at the frame before; clean frames.

    `next`: the reading before was of the frame before, for none was lost between;
    `lacked` are the registers whose label was damaged in that one.
    """

    now: int
    before: int
    steady: int
    next: bool
    lacked: AbstractSet[str] = frozenset()

    def heard(self, name: str, earlier: Mapping[str, Value]) -> Value:
        """Give what the frame before said of a register; None if it isn't known."""
        return earlier.get(name) if self.next and name not in self.lacked else None
