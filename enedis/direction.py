"""Which way energy flowed, and how the quantities of each way are called."""

from __future__ import annotations

from enum import StrEnum

from enedis.words import folded

EXPORTED = ("production", "injection", "prod", "reverse", "inj")
IMPORTED = ("consommation", "soutirage", "cons", "conso", "forward", "consumption")


class Direction(StrEnum):
    """From the network to the home, or back."""

    IMPORT = "import"
    EXPORT = "export"

    @property
    def mean_power(self) -> str:
        """Name the mean power of a step, in W."""
        return f"{self}_mean_power_w"

    @property
    def energy(self) -> str:
        """Name the energy of a period, in Wh."""
        return f"{self}_energy_wh"

    @property
    def max_power(self) -> str:
        """Name the largest power of a day, in VA."""
        return "max_power_va" if self is Direction.IMPORT else "max_export_power_va"

    @classmethod
    def said_by(cls, *words: object) -> Direction:
        """Read `Production Quotidienne`, `CONS`, a sheet's or a file's name.

        The first that says anything counts; where none does, it is consumption.
        """
        for word in words:
            parts = folded(word).replace("-", " ").replace(".", " ").split()
            if any(part in EXPORTED for part in parts):
                return cls.EXPORT
            if any(part in IMPORTED for part in parts):
                return cls.IMPORT
        return cls.IMPORT
