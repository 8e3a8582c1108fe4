"""What frames lack: a damaged label, a short frame, or a register gone for good."""

from __future__ import annotations

from collections.abc import Mapping

from edge.sample import Value

HOLD_MS = 30_000
"""How long a state stands that frames don't repeat: twenty short frames and more go
by between two long ones (NOI-CPT_54E, 6.1: ADIR)."""

SHORT = "overload_current_l2_a"
LONG = "apparent_power_va"
"""A three-phase meter's short frame has the one and not the other; it lacks the rest
on purpose, where a damaged frame lost what was sent."""


class Absences:
    """The registers that frames lack, each since when."""

    def __init__(self) -> None:
        self.since: dict[str, int] = {}
        self.damaged: frozenset[str] = frozenset()
        """What was sent in the last frame all the same, as far as is known."""

    def update(
        self, values: Mapping[str, Value], read: Mapping[str, Value], now: int
    ) -> tuple[list[str], list[str]]:
        """Give the registers that this frame is the first to lack, and those back."""
        back = [name for name in self.since if name in values]
        for name in back:
            del self.since[name]
        new = [name for name in read if name not in values and name not in self.since]
        for name in new:
            self.since[name] = now
        short = values.get(SHORT) is not None and LONG not in values
        self.damaged = frozenset(() if short else self.since)
        return new, back

    def expire(self, now: int) -> list[str]:
        """Give, once, the registers that have been lacking for too long to stand."""
        if not self.since:
            return []
        gone = [name for name, since in self.since.items() if now - since >= HOLD_MS]
        for name in gone:
            del self.since[name]
        return gone
