"""What the gate answers to one reading, and what it refused of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from edge.event import Event
from edge.record import Baseline
from edge.sample import HostInstant, Sample, Slice, Value


class Reason(StrEnum):
    """Why a value was not let in."""

    BOUNDS = "bounds"
    """Outside what is physically possible for the register, or of another type."""
    FALL = "fall"
    """An index below the last one accepted of the same device."""
    JUMP = "jump"
    """An index above what the subscribed power can have counted since."""
    CONTRADICTION = "contradiction"
    """An index that the sums of its own frame deny."""
    UNCONFIRMED = "unconfirmed"
    """An index that the next frame took back."""
    DEVICE = "device"
    """A frame of another physical meter than the one known."""
    FUTURE = "future"
    """Said of an instant that is still to come."""
    UNKNOWN = "unknown"
    """A register that the catalogue doesn't have."""


Trouble: TypeAlias = tuple[str, Value, Reason, Value]
"""A value refused: its register, itself, the reason, what stood before."""

DURABLE = frozenset({Reason.FALL, Reason.JUMP, Reason.DEVICE, Reason.FUTURE})
"""What goes to the quarantine, to be accepted or dismissed by the owner."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One register's refusals in a row: enough to replay the value by hand.

    A stuck fault is one run: `first_ms` names it, `count` grows, and the gate reports
    it at 1, 2, 4, 8… only, each report standing for the run so far. `value` is the
    latest refused, `at_ms` its instant (the host's guess while undated), `accepted`
    what stood before it.
    """

    register: str
    value: Value
    reason: Reason
    at_ms: int
    meter: str = ""
    first_ms: int = 0
    count: int = 1
    accepted: Value = None
    device: str | None = None
    origin: str = "tic"

    @property
    def durable(self) -> bool:
        """Tell whether it belongs in the quarantine."""
        return self.reason in DURABLE


class Verdict(NamedTuple):
    """What came of one reading; a NamedTuple since one is made for each frame.

    `held`: the sample is good but can't be dated yet; its `at_ms` is the host's guess
    and `seen` is what `edge.clock.date_held` needs. `sample` None: nothing to keep
    (a duplicate or a replayed frame; `dropped` says which).
    """

    sample: Sample | None
    seen: HostInstant
    held: bool = False
    refused: tuple[Refused, ...] = ()
    events: tuple[Event, ...] = ()
    slices: tuple[Slice, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    dropped: str | None = None
