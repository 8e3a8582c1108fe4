"""What a service is told of: a row of a register, or an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

EVENT = "event"
"""Stands in the place of a step."""

Key: TypeAlias = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A meter's register over [start, end); or an event, its kind as the register.

    `detail` is what an event says, as JSON.
    """

    meter: str
    register: str
    step: str
    start_ms: int
    end_ms: int
    value: int | None
    quality: str
    detail: str | None = None

    @property
    def key(self) -> Key:
        """Give what makes two of them one, of which the newer stands."""
        return self.meter, self.register, self.step, self.start_ms


@dataclass(frozen=True, slots=True)
class Owed:
    """A row that is to be sent, and the number that it has for this service."""

    row: Row
    seq: int
