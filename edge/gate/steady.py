"""Texts and states: a change takes effect once a second frame says the same.

One corrupted frame in eight passes the checksum, and a false tariff would move money.
"""

from __future__ import annotations

from edge.catalogue import Fluid, Kind, Register
from edge.sample import Value

AT_ONCE = frozenset({"overload"})
"""What can't wait for a second frame: the breaker opens within seconds."""


def needs_two(register: Register) -> bool:
    """Tell whether a change of this register waits for a second frame.

    Powers and currents are measures, even where they are of a past day: they change
    too often to wait, and the next frame mends a false one.
    """
    if register.fluid is not Fluid.ELECTRICITY:
        return False  # what carries it is whole or isn't, unlike a TIC frame
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

    def say(self, name: str, value: Value) -> Value:
        """Give what stands after this frame."""
        standing = self.standing.get(name)
        if value == standing or self.said.get(name) == value:
            self.said.pop(name, None)
            self.standing[name] = value
            return value
        self.said[name] = value
        return standing

    def forget(self, name: str) -> None:
        """Let go of what the frames have lacked for too long: it stands no more."""
        self.said.pop(name, None)
        self.standing.pop(name, None)
