"""A page of the merged series, out of rows and slices, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from edge.calendar import DAY_MS, HALF_HOUR_MS, HOUR_MS, Calendar
from edge.catalogue import Fluid
from edge.interval import Interval, Step
from edge.merging.curve import energy
from edge.merging.merge import FINER, Merge
from edge.merging.precedence import Purpose
from edge.registers.electricity import CURVES
from edge.sample import Slice
from edge.stores.protocol import IntervalColumns

MANY = 1_000_000
LONGEST_MS = {
    Step.MIN30: HALF_HOUR_MS,
    Step.HOUR: HOUR_MS,
    Step.DAY: 25 * HOUR_MS,
    Step.MONTH: 32 * DAY_MS,
    Step.YEAR: 367 * DAY_MS,
}
"""How far behind its start an interval may have slices, at most."""
CURVE_OF = {index: curve for curve, index in CURVES.items()}


class Said(Protocol):
    """Rows and slices, committed ones only."""

    def interval_columns(  # noqa: PLR0913 - a query has these six dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> IntervalColumns:
        """Give the home's own rows whose start is in [start_ms, end_ms)."""
        ...

    def slices(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Slice]:
        """Give what sources said of periods that start in [start_ms, end_ms)."""
        ...


def merged_columns(  # noqa: PLR0913 - a query has these dimensions
    said: Said,
    calendar: Calendar,
    fluid: Fluid,
    of: tuple[str, str],
    step: Step,
    span: tuple[int, int],
    limit: int,
    purpose: Purpose,
) -> IntervalColumns:
    """Give the rows of a meter's register that start in `span`, at most `limit`.

    Where no source but the home's own meter speaks, these are its own rows.
    """
    meter, register = of
    own = said.interval_columns(meter, register, step, *span, limit)
    start, end = span
    if len(own) == limit:  # what comes after them is another page's
        end = min(end, own.start_ms[-1] + 1)
    told = _told(said, calendar, of, step, (start, end))
    if not told:
        return own
    first = calendar.interval(step, min(one.start_ms for one in told))[0]
    last = calendar.interval(step, max(one.start_ms for one in told))[1]
    around = (max(start, first), min(end, last))
    rows: dict[Step, Sequence[Interval]] = {}
    finer: Step | None = step
    while finer is not None:
        columns = said.interval_columns(meter, register, finer, first, last, MANY)
        rows[finer] = columns.rows(meter, register, finer)
        finer = FINER.get(finer)
    merge = Merge(meter, register, fluid, calendar, purpose)
    merged = merge.rows(step, around, rows, told)
    apart = [
        row
        for row in own.rows(meter, register, step)
        if not around[0] <= row.start_ms < around[1]
    ]
    joined = IntervalColumns()
    for row in sorted([*apart, *merged], key=lambda row: row.start_ms)[:limit]:
        joined.insert(len(joined), row)
    return joined


def _told(
    said: Said,
    calendar: Calendar,
    of: tuple[str, str],
    step: Step,
    span: tuple[int, int],
) -> list[Slice]:
    """Give what sources said of a span's intervals, in the register's unit."""
    meter, register = of
    start = calendar.interval(step, span[0])[0]
    end = span[1] + LONGEST_MS[step]
    told = said.slices(meter, register, start, end, MANY)
    curve = CURVE_OF.get(register)
    if curve is None:
        return told

    def day_of(at_ms: int) -> tuple[int, int]:
        return calendar.interval(Step.DAY, at_ms)

    watts = said.slices(meter, curve, day_of(start)[0], end, MANY)
    return [
        *told,
        *(one for one in energy(watts, register, day_of) if one.start_ms >= start),
    ]
