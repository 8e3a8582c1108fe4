"""The two languages of a meter's customer output (Enedis-NOI-CPT_54E v3, 5.3)."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """How the meter speaks: historic is the factory setting, standard is asked for."""

    HISTORIC = "historic"
    STANDARD = "standard"

    @property
    def separator(self) -> str:
        """Give the character between two fields of a group."""
        return " " if self is Mode.HISTORIC else "\t"

    @property
    def address(self) -> str:
        """Give the label of the meter's own number, first in a whole frame."""
        return "ADCO" if self is Mode.HISTORIC else "ADSC"

    @property
    def baud(self) -> int:
        """Give the speed of the line in bit/s, seven data bits and even parity."""
        return 1200 if self is Mode.HISTORIC else 9600

    @property
    def other(self) -> Mode:
        """Give the mode that this one is not."""
        return Mode.STANDARD if self is Mode.HISTORIC else Mode.HISTORIC
