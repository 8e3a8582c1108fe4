"""How an InfluxDB is laid out: its databases, its measurements, and why each is there.

    NAME_raw    readings at full rate, for raw_days and a margin; the cursors
    NAME_1min   1min rows, for minute_days and a margin
    NAME        intervals, slices, the owner's words, events: for ever

A database is a bucket of InfluxDB 2 under the name that DBRP gives it. The cursors
stand with the readings: a bucket that is lost takes them with it, and is filled again.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.catalogue import Fluid
from edge.interval import Step
from edge.registers import CATALOGUE
from edge.stores.influx.words import delete

FLUIDS = tuple(fluid.value for fluid in Fluid)
DEFAULT = Fluid.ELECTRICITY.value

SLICE, EVENT, GAP, WORD = "slice", "event", "gap", "word"
CURSOR, BEGUN = "releve_cursor", "releve_begun"
HEARD, PRUNED, DAY = "releve_heard", "releve_pruned", "releve_day"


@dataclass(frozen=True, slots=True)
class Databases:
    """The three databases of one home."""

    lasting: str

    @property
    def raw(self) -> str:
        """Give the one of readings at full rate."""
        return f"{self.lasting}_raw"

    @property
    def minutes(self) -> str:
        """Give the one of 1min rows."""
        return f"{self.lasting}_1min"

    @property
    def all(self) -> tuple[str, str, str]:
        """Give all of them, the lasting one first."""
        return self.lasting, self.raw, self.minutes


def fluid(register: str) -> str:
    """Give the fluid of a register: the measurement that its readings are in."""
    return CATALOGUE[register].fluid.value if register in CATALOGUE else DEFAULT


def stepped(register: str, step: Step) -> str:
    """Give the measurement of a register's rows of one step."""
    return f"{fluid(register)}_{step.value}"


def every_fluid(suffix: str = "") -> str:
    """Give what InfluxQL reads from, whatever flows in a meter."""
    return ", ".join(f'"{one}{suffix}"' for one in FLUIDS)


def deletion(*conditions: str, suffix: str = "") -> str:
    """Write what deletes, whatever flows in a meter."""
    return "; ".join(delete(f"{one}{suffix}", *conditions) for one in FLUIDS)
