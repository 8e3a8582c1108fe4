"""What a meter's own number tells: `CC AA TT NNNNNN` of ADSC and ADCO (EURIDIS).

Maker, year, type and serial number: phases and age without any other group. It is
personal data; captures often come with X in place of digits, which tell nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WIDTH = 12
# The first electronic meters on EURIDIS are of the 1990s, the century being unsaid.
FIRST_YEAR = 1980
TWO_DIGITS = re.compile(r"[0-9]{2}")
CODE = re.compile(r"[0-9A-F]{2}")

MAKERS = {
    "01": "Crouzet / Monetel",
    "02": "Sagem / Sagemcom",
    "03": "Schlumberger / Actaris / Itron",
    "04": "Landis+Gyr",
    "05": "Sauter / Stepper Energie / Zellweger",
    "06": "Itron",
    "07": "Maec",
    "08": "Matra / Enerdis",
    "11": "Elster / Honeywell",
    "15": "Mecelec",
    "18": "Schneider",
    "34": "Elster / Honeywell",
    "81": "Sagemcom",
    "82": "Landis+Gyr",
    "83": "Elster / Honeywell",
    "84": "Sagemcom",
    "85": "Itron",
}


@dataclass(frozen=True, slots=True)
class MeterType:
    """A Linky's type code: its phases, its largest current in A, its generation."""

    phases: int
    current_a: int | None
    generation: str


TYPES = {
    "61": MeterType(1, 60, "G3"),
    "62": MeterType(1, 90, "G1"),
    "63": MeterType(3, 60, "G1"),
    "64": MeterType(1, 60, "G3"),
    "70": MeterType(1, None, "G3 trial"),
    "71": MeterType(3, None, "G3 trial"),
    "75": MeterType(1, 90, "G3"),
    "76": MeterType(3, 60, "G3"),
}


@dataclass(frozen=True, slots=True)
class MeterNumber:
    """The parts of a meter's number; None where masked, or not known here.

    `type` is None on meters before Linky, whose codes are not in the table.
    """

    maker: str | None
    year: int | None
    type_code: str | None
    type: MeterType | None

    @classmethod
    def from_address(cls, address: str) -> MeterNumber:
        """Read an ADSC or ADCO; what is not 12 characters tells nothing."""
        if len(address) != WIDTH:
            return cls(None, None, None, None)
        maker, year, code = address[:2], address[2:4], address[4:6]
        return cls(
            maker=MAKERS.get(maker),
            year=_year(year),
            type_code=code if CODE.fullmatch(code) else None,
            type=TYPES.get(code),
        )

    @property
    def phases(self) -> int | None:
        """Give 1 or 3; None if the type is not a Linky's."""
        return None if self.type is None else self.type.phases

    @property
    def is_linky(self) -> bool | None:
        """Tell whether it is a Linky; None if its type is masked."""
        return None if self.type_code is None else self.type is not None

    def age_years(self, year: int) -> int | None:
        """Give its age in a year, from the year that it was made in."""
        return None if self.year is None else year - self.year


def _year(digits: str) -> int | None:
    if not TWO_DIGITS.fullmatch(digits):
        return None
    year = 2000 + int(digits)
    return year if int(digits) < FIRST_YEAR % 100 else year - 100
