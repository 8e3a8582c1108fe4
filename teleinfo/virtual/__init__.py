"""A virtual Linky: a pure model of the meter and its home, and a pseudo-terminal."""

from teleinfo.virtual.line import Faults, PtyLine
from teleinfo.virtual.meter import VirtualLinky
from teleinfo.virtual.scenario import Scenario
from teleinfo.virtual.spec import Contract, MeterSpec, Spell

__all__ = [
    "Contract",
    "Faults",
    "MeterSpec",
    "PtyLine",
    "Scenario",
    "Spell",
    "VirtualLinky",
]
