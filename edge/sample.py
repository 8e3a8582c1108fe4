"""What a meter said: readings before the gate; samples, slices and gaps after it.

Instants are integer milliseconds of UTC since 1970 (`*_ms`) inside the edge: they are
the identity of a sample, compare exactly, and pack; `at` gives the aware datetime.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = int | str | None
"""What a register held: an integer as the meter sends it, a text, or unknown."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DEMO = "demo"
"""The origin of what is invented: never taken for a meter's or an operator's word."""


def utc(at_ms: int) -> datetime:
    """Give the aware UTC datetime of an instant in ms."""
    return EPOCH + timedelta(milliseconds=at_ms)


def millis(at: datetime) -> int:
    """Give the instant in ms of an aware datetime; raise ValueError on a naive one."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    return (at - EPOCH) // timedelta(milliseconds=1)


class Quality(StrEnum):
    """How far a value may be trusted (design: Words)."""

    RAW = "raw"
    VALIDATED = "validated"
    ESTIMATED = "estimated"
    INTERPOLATED = "interpolated"
    CORRECTED = "corrected"


RANK: Mapping[Quality, int] = {
    Quality.INTERPOLATED: 0,
    Quality.ESTIMATED: 1,
    Quality.RAW: 2,
    Quality.VALIDATED: 3,
    Quality.CORRECTED: 4,
}
"""Of two words of one source on one period, the higher stands."""


# Not frozen: a frozen one is made four times slower, and one is made for each frame.
@dataclass(slots=True, unsafe_hash=True)
class HostInstant:
    """When the host saw something, by each of its clocks."""

    wall_ms: int
    monotonic_ns: int
    synchronised: bool
    boot_id: str


# Not frozen: a frozen one is made four times slower, and one is made for each frame.
@dataclass(slots=True, unsafe_hash=True)
class MeterInstant:
    """What the meter's own clock said; degraded if its season letter is lower-case."""

    at_ms: int
    degraded: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """What a source says of a period [start, end): kept as given, never re-derived.

    Of two of one meter, register, period and origin the one received last stands; one
    without a value takes back what was said. `index_end` is the counter at the end, in
    the register's unit, where the source gave it.
    """

    meter: str
    register: str
    start_ms: int
    end_ms: int
    value: int | None
    quality: Quality
    origin: str
    received_ms: int
    index_end: int | None = None


# Not frozen: a frozen one is made three times slower, and this is made for each frame.
@dataclass(slots=True)
class Reading:
    """What a source hands to the gate: not dated yet, not trusted yet.

    `values` has an entry for each register that the frame held; a register whose
    group was refused in this frame maps to None; one that the frame lacks is absent.
    `device` is the physical meter's own number (ADSC, ADCO) as sent: it stays inside
    edge/ and is kept in the one device table only.
    `derived` names the registers computed here (a total out of tariff indexes): their
    baseline starts anew when the meter's mode changes.
    `since`, if known, are the values of an earlier reading of the same registers, in
    the same order, and `changed` are in order all those that may differ from it.
    """

    meter: str
    values: Mapping[str, Value]
    seen: HostInstant
    meter_clock: MeterInstant | None = None
    device: str | None = None
    origin: str = "tic"
    complete: bool = True
    derived: frozenset[str] = frozenset()
    slices: tuple[Slice, ...] = field(default=())
    since: Mapping[str, Value] | None = field(default=None, compare=False, repr=False)
    changed: Sequence[str] = field(default=(), compare=False, repr=False)


# Not frozen, as HostInstant.
@dataclass(slots=True)
class Sample:
    """What one meter said at one moment, once the gate has let it in.

    `values` is the full picture at that moment: every register known then; None is
    refused or vanished. Identity is (meter, at_ms).
    """

    meter: str
    at_ms: int
    values: Mapping[str, Value]
    quality: Quality = Quality.RAW
    origin: str = "tic"

    @property
    def at(self) -> datetime:
        """Give the instant as an aware UTC datetime."""
        return utc(self.at_ms)


@dataclass(frozen=True, slots=True)
class Gap:
    """A known silence of one meter over [start, end), and why."""

    meter: str
    start_ms: int
    end_ms: int
    reason: str
