"""A part becomes a row when it says something new."""

from __future__ import annotations

from edge.interval import Interval
from edge.roller.rows import Rows
from edge.rollup.part import Part, Slot, same


def publish(slot: Slot, part: Part, rows: Rows, settled: bool) -> Interval | None:  # noqa: FBT001 - the caller knows whether an earlier round was here
    """Add a part's row to this round's; None when the row that stands says the same.

    `settled` tells that an earlier round may have left a row, which this one revises.
    """
    standing = None
    if settled:
        standing = rows.between(
            slot.register, slot.step, slot.start_ms, slot.start_ms + 1
        ).get(slot.start_ms)
    if standing is None:
        row = slot.row(part, 1)
    else:
        row = slot.row(part, standing.revision + 1)
        if same(row, standing):
            return None
    rows.add(row)
    return row
