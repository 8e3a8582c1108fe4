"""Late data: an index is checked against its neighbours in time, on both sides."""

from __future__ import annotations

from typing import NamedTuple

from edge.catalogue import Register
from edge.gate.power import Power
from edge.gate.verdict import Reason
from edge.sample import Value


class Known(NamedTuple):
    """What was accepted of an index at an instant, on the same device."""

    at_ms: int
    value: int


def late(
    register: Register,
    value: Value,
    at_ms: int,
    neighbours: tuple[Known | None, Known | None],
    power: Power,
) -> Reason | None:
    """Say why a late value can't stand between its neighbours; None: it can.

    `neighbours` are the accepted values next before and next after it, on the device
    that was fitted then; None where there is none. Pure: the caller looks them up.
    """
    low, high = register.minimum, register.maximum
    if not isinstance(value, int):
        return Reason.BOUNDS
    if (low is not None and value < low) or (high is not None and value > high):
        return Reason.BOUNDS
    if not register.monotonic:
        return None
    before, after = neighbours
    for earlier, later in (
        (before, Known(at_ms, value)),
        (Known(at_ms, value), after),
    ):
        if earlier is None or later is None:
            continue
        if later.value < earlier.value:
            return Reason.FALL
        most = power.growth(register.power, later.at_ms - earlier.at_ms)
        if later.value - earlier.value > most:
            return Reason.JUMP
    return None
