"""Relays: one real dry contact, seven virtual ones (Enedis-NOI-CPT_54E v3, 6.2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from teleinfo.errors import ValueRefused

WIDTH = 3
COUNT = 8


@dataclass(frozen=True, slots=True)
class Relays:
    """Which relays are closed: bit 0 is relay 1, the dry contact."""

    bits: int

    @classmethod
    def from_field(cls, field: str) -> Relays:
        """Read the three decimal digits of RELAIS; raise ValueRefused above 255."""
        if len(field) != WIDTH or not (field.isascii() and field.isdigit()):
            raise ValueRefused("RELAIS", field, hint="three digits")
        bits = int(field)
        if bits >= 1 << COUNT:
            raise ValueRefused("RELAIS", field, hint="000 to 255")
        return cls(bits)

    @property
    def closed(self) -> tuple[bool, ...]:
        """Tell of each relay whether it is closed, relay 1 first."""
        return tuple(bool(self.bits >> n & 1) for n in range(COUNT))
