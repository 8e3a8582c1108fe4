"""What one reading says that the one before didn't: all that a frame costs."""

from __future__ import annotations

from collections.abc import Mapping

from edge.sample import Reading, Value

MISSING = object()
"""What a register is in a frame that lacks it; None is a group that was refused."""


def changes(reading: Reading, read: Mapping[str, Value]) -> tuple[list[str], bool]:
    """Give the registers that say something else than `read`, in their order.

    And whether both have the same registers. A source that knows what changed has
    said so (`Reading.since`): then nothing else is looked at.
    """
    values = reading.values
    if values is read:
        return [], True
    if reading.since is read:
        return [name for name in reading.changed if values[name] != read[name]], True
    seen = read.get
    fresh = [
        name
        for name, value in values.items()
        if (was := seen(name, MISSING)) is not value and was != value
    ]
    return fresh, len(values) == len(read) and read.keys() >= set(fresh)


def same(reading: Reading, before: Reading) -> bool:
    """Tell whether it is the very reading of before, given twice."""
    return (
        reading.seen.monotonic_ns == before.seen.monotonic_ns
        and reading.seen == before.seen
        and reading.meter_clock == before.meter_clock
        and reading.values == before.values
    )
