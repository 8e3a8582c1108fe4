"""What a label is: one row of the table in `labels`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a data field is written, hence read (`values`)."""

    ADDRESS = "address"  # a number that names something: digits, X where masked
    NUMBER = "number"  # zero-padded digits
    CODE = "code"  # fixed characters of no arithmetic
    TEXT = "text"  # free text, padded with spaces
    MESSAGE = "message"  # the same, "none" included
    NOTHING = "nothing"  # the horodate is all there is
    OPTION = "option"  # OPTARIF
    PERIOD = "period"  # PTEC
    TOMORROW = "tomorrow"  # DEMAIN
    STATUS = "status"  # STGE
    RELAYS = "relays"  # RELAIS
    POTENTIALS = "potentials"  # PPOT
    SCHEDULE = "schedule"  # PJOURF+1, PPOINTE


class Stamp(StrEnum):
    """Whether a horodate stands before the data."""

    NONE = "none"
    DATED = "dated"
    PLANNED = "planned"  # its season may be a space


@dataclass(frozen=True, slots=True)
class Label:
    """One label: how it is written, and what it means.

    `width` is the data field's, in characters. `minimum` and `maximum` bound a
    NUMBER, both included, where the meter can't mean the rest. `phases` is 3 if only
    three-phase meters send it, 1 if only single-phase ones do, else 0.
    """

    name: str
    kind: Kind
    width: int
    en: str
    fr: str
    unit: str | None = None
    stamp: Stamp = Stamp.NONE
    phases: int = 0
    producer: bool = False
    minimum: int = 0
    maximum: int | None = None
