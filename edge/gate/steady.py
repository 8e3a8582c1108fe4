"""Texts and states: a change takes effect once a second frame says the same.

One corrupted frame in eight passes the checksum, and a false tariff would move money.
"""

from __future__ import annotations

from edge.catalogue import Kind, Register
from edge.sample import Value

AT_ONCE = frozenset({"overload"})
"""What can't wait for a second frame: the breaker opens within seconds."""

HOLD_MS = 30_000
"""How long a state stands that the frames don't repeat: twenty short frames and more
go by between two long ones (NOI-CPT_54E, 6.1: ADIR)."""


def needs_two(register: Register) -> bool:
    """Tell whether a change of this register waits for a second frame.

    Powers and currents are measures, even where they are of a past day: they change
    too often to wait, and the next frame mends a false one.
    """
    if register.kind is Kind.TEXT:
        return True
    if register.kind is not Kind.STATE or register.name in AT_ONCE:
        return False
    measured = register.unit in ("VA", "W", "A")
    return not measured or register.name.startswith("subscribed_")


class Steady:
    """What stands of each text or state, and what one frame has said against it."""

    def __init__(self) -> None:
        self.standing: dict[str, Value] = {}
        self.said: dict[str, Value] = {}
        self._until: dict[str, int] = {}

    def say(self, name: str, value: Value) -> Value:
        """Give what stands after this frame."""
        self._until.pop(name, None)
        standing = self.standing.get(name)
        if value == standing or self.said.get(name) == value:
            self.said.pop(name, None)
            self.standing[name] = value
            return value
        self.said[name] = value
        return standing

    def miss(self, name: str, now: int) -> None:
        """Note that a frame lacks it."""
        self.said.pop(name, None)
        self._until.setdefault(name, now + HOLD_MS)

    def vanished(self, now: int) -> list[str]:
        """Give what the frames have lacked for too long; it stands no more."""
        if not self._until:
            return []
        names = [name for name, until in self._until.items() if now >= until]
        for name in names:
            del self._until[name]
            self.standing.pop(name, None)
        return names
