"""Hours out of half-hours, days out of hours, and so on: sums of closed parts."""

from __future__ import annotations

from edge.calendar import Calendar
from edge.interval import INTERVAL_STEPS, Interval, Step
from edge.roller.publish import publish
from edge.roller.rows import CHILD, Rows
from edge.roller.state import MeterState
from edge.rollup.part import Part, Slot, add, part_of


def roll_wholes(
    changed: dict[str, list[Interval]],
    rows: Rows,
    calendar: Calendar,
    state: MeterState,
    before_ms: int | None,
) -> list[Interval]:
    """Roll each whole of a changed half-hour, and each that has closed since.

    `changed` holds this round's half-hours by register; `before_ms` is where the round
    began (state.closed_ms is where it ends), None for a meter's first.
    """
    closed_ms = state.closed_ms or 0
    found: list[Interval] = []
    spans: dict[tuple[Step, int], tuple[int, int]] = {}

    def span(step: Step, at_ms: int) -> tuple[int, int]:
        if (step, at_ms) not in spans:
            spans[step, at_ms] = calendar.interval(step, at_ms)
        return spans[step, at_ms]

    for name in sorted(changed.keys() | state.registers.keys()):
        touched = {row.start_ms for row in changed.get(name, ())}
        known = state.registers.get(name)
        for step in INTERVAL_STEPS[1:]:
            wholes = {span(step, at_ms) for at_ms in touched}
            if known is not None and known.row_ms is not None:
                start, end = span(step, known.row_ms)
                if before_ms is None or end > before_ms:
                    wholes.add((start, end))
            touched = set()
            for start, end in sorted(wholes):
                if end > closed_ms:
                    continue
                slot = Slot(rows.meter, name, step, start, end)
                row = _whole(slot, rows, before_ms)
                if row is not None:
                    found.append(row)
                    touched.add(start)
    return found


def _whole(slot: Slot, rows: Rows, before_ms: int | None) -> Interval | None:
    child = CHILD[slot.step]
    children = rows.between(slot.register, child, slot.start_ms, slot.end_ms)
    if not children:
        return None
    parts = [part_of(row) for row in children.values()]
    said = [part for part in parts if not part.silent] or [Part()]
    settled = before_ms is None or slot.end_ms <= before_ms
    return publish(slot, add(said), rows, settled)


def steps_opened(calendar: Calendar, at_ms: int) -> dict[Step, int]:
    """Give where the interval of each step that is open at an instant starts."""
    return {step: calendar.interval(step, at_ms)[0] for step in INTERVAL_STEPS}
