"""What a file says: amounts of periods, what it says is unknown, what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exports.errors import ExportError


class Nature(StrEnum):
    """How the file itself qualifies a value."""

    MEASURED = "measured"
    DEFINITIVE = "definitive"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Amount:
    """What a file says of one quantity over [start, end), aware UTC.

    `quantity` names it, its unit last (`energy_wh`, `volume_l`, `mean_power_w`), and
    `value` is an exact integer in that unit. `index_end` is the counter at `end` in the
    same unit, where the file gives it. `place` says where in the file, for a person.
    """

    quantity: str
    start: datetime
    end: datetime
    value: int
    nature: Nature
    place: str
    index_end: int | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """A period that the file lists without a value: unknown, which is not zero."""

    start: datetime
    end: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken: where it stands, why (a key), and in English."""

    place: str
    reason: str
    detail: str

    @classmethod
    def from_error(cls, place: str, error: ExportError) -> Refused:
        """Say of a row what an error says."""
        return cls(place, error.reason, str(error))


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was read whole.

    `meter` is the supply point's number as the file has it (PRM, PCE, contract), kept
    as a text; None where the file names none, or masks it. `facts` are dated words
    that are no amounts (a tariff contract, a calendar), each a plain mapping.
    """

    format: str
    meter: str | None
    amounts: tuple[Amount, ...]
    refused: tuple[Refused, ...] = ()
    absent: tuple[Absence, ...] = ()
    facts: tuple[dict[str, str | int | None], ...] = ()
