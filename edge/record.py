"""What the journal keeps: records, each at an address, each in a lane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from edge.event import Event
from edge.interval import Interval
from edge.sample import Gap, Slice

if TYPE_CHECKING:
    from edge.journal.block import Block


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where a record is: a new epoch for each new, set-aside or restored database."""

    epoch: int
    seq: int


class Lane(StrEnum):
    """Present goes first; history is imports, back-fill and recomputation."""

    PRESENT = "present"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Baseline:
    """From `at_ms` on, a meter's index starts from another physical count.

    `offsets` maps each register to what must be added to its raw index from then on so
    that the published cumulative series goes on without a step (a replaced meter, a
    derived total after a mode change). Dated, visible, and the owner's to confirm.
    """

    meter: str
    at_ms: int
    reason: str
    offsets: Mapping[str, int]
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """The owner's dated word on [start, end) of one register: `value` is what counted.

    None withdraws what was known of it.
    """

    meter: str
    register: str
    start_ms: int
    end_ms: int
    value: int | None
    at_ms: int
    note: str = ""


Body: TypeAlias = (
    "Block | tuple[Slice, ...] | Gap | tuple[Interval, ...] | Event | Baseline"
    " | Correction"
)


@dataclass(frozen=True, slots=True)
class Record:
    """One committed thing: a block of samples, or one body of another kind.

    [start_ms, end_ms) is the span of time that the body speaks of.
    """

    address: Address
    lane: Lane
    meter: str
    start_ms: int
    end_ms: int
    body: Body
