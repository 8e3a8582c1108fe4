"""What was sent to us, and what we answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Why(StrEnum):
    """Why a reading that was sent is refused, beside the gate's own reasons."""

    FLUID = "fluid"
    """Of another fluid than flows through this meter."""
    NOT_COUNTED = "not-counted"
    """The register holds a text or a state: nothing that is counted or measured."""
    TWO_VALUES = "two-values"
    """Another value is known of this register at this instant."""
    CLOCK = "clock"
    """The time isn't known here yet, and it looks as if it were still to come."""
    TOO_OLD = "too-old"
    """Said of an instant before there were meters that could send it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One reading: `value` in the register's unit; `where` it stood."""

    where: str
    register: str
    at_ms: int
    value: int


@dataclass(frozen=True, slots=True)
class Denied:
    """A reading refused: where it stood, and the word for why."""

    where: str
    reason: str


@dataclass(slots=True)
class Answer:
    """What came of a batch: each of its readings is counted once."""

    accepted: int = 0
    unchanged: int = 0
    refused: list[Denied] = field(default_factory=list)
