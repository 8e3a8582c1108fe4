"""What one register may show, worked out once from its catalogue entry."""

from __future__ import annotations

from edge.catalogue import Kind, Register
from edge.gate.power import Power
from edge.gate.steady import needs_two
from edge.sample import Value

NO_BOUND = 1 << 62


class Rule:
    """A register's bounds, ready for the hot loop: plain slots, no look-ups."""

    __slots__ = (
        "_direction",
        "_high",
        "_low",
        "_most",
        "_options",
        "_peak",
        "_text",
        "_unit",
        "index",
        "two",
    )

    def __init__(self, register: Register) -> None:
        self.index = register.kind is Kind.INDEX
        self.two = needs_two(register)
        self._options = frozenset(register.options)
        self._text = register.kind is Kind.TEXT
        self._low = -NO_BOUND if register.minimum is None else register.minimum
        self._most = NO_BOUND if register.maximum is None else register.maximum
        self._high = self._most
        self._unit = register.unit
        self._direction = "export" if "export" in register.name else "import"
        self._peak = register.kind is Kind.INSTANT

    def bound(self, power: Power) -> None:
        """Bound an instant by the contract's power, which has changed."""
        peak = power.peak(self._unit, self._direction) if self._peak else None
        self._high = self._most if peak is None else min(self._most, peak)

    def allows(self, value: Value) -> bool:
        """Tell whether the value is physically possible and of the right type."""
        if self._options:
            return value in self._options
        if self._text:
            return isinstance(value, str)
        return isinstance(value, int) and self._low <= value <= self._high
