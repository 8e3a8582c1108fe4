"""Phases that an older three-phase meter sees, or misses: PPOT (6.1, `0X`)."""

from __future__ import annotations

from dataclasses import dataclass

from teleinfo.errors import ValueRefused

WIDTH = 2
PHASES = (1, 2, 3)
HEX = "0123456789ABCDEF"


@dataclass(frozen=True, slots=True)
class Potentials:
    """X of `0X`: its bit n is set while phase n is missing."""

    bits: int

    @classmethod
    def from_field(cls, field: str) -> Potentials:
        """Read the two characters; raise ValueRefused unless a 0 and a hex digit."""
        if len(field) != WIDTH or field[0] != "0" or field[1] not in HEX:
            raise ValueRefused("PPOT", field, hint="0, then one digit, 0 to 9, A to F")
        return cls(int(field[1], 16))

    @property
    def missing(self) -> tuple[int, ...]:
        """Give the phases without voltage."""
        return tuple(n for n in PHASES if self.bits >> n & 1)
