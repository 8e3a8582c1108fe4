"""A page of the merged series, out of rows and slices, however many there are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Protocol

from edge.calendar import DAY_MS, HALF_HOUR_MS, HOUR_MS, Calendar
from edge.catalogue import Fluid
from edge.interval import Interval, Step
from edge.merging.curve import energy
from edge.merging.holes import NEAR_MS, holes, unsurpassed
from edge.merging.merge import FINER, Merge
from edge.merging.precedence import Purpose
from edge.registers.electricity import CURVES
from edge.sample import Quality, Slice
from edge.stores.protocol import IntervalColumns, Said

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


class MergedRows(Protocol):
    """Where rows are read, as every channel reads them; each method blocks."""

    def meters(self) -> Mapping[str, Sequence[str]]:
        """Give the registers that each meter was ever heard of."""
        ...

    def merged_columns(  # noqa: PLR0913 - a query has these dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
        purpose: Purpose,
    ) -> IntervalColumns:
        """Give rows that start in [start_ms, end_ms), whoever said them."""
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
    start, end = span[0], own.reach(span[1], limit)
    asked = [(start, end)]
    if unsurpassed(fluid, step, purpose):
        # a meter's own curve has a slice for each half-hour that its index tells too
        asked = holes(own, start, end)
    told = _told(said, calendar, of, step, (start, end), asked)
    for some in reversed(_apart(told, step)):  # so that what is before keeps its place
        first = calendar.interval(step, some[0].start_ms)[0]
        last = calendar.interval(step, some[-1].start_ms)[1]
        around = (max(start, first), min(end, last))
        rows: dict[Step, Sequence[Interval]] = {}
        finer: Step | None = step
        while finer is not None:
            columns = said.interval_columns(meter, register, finer, first, last, MANY)
            rows[finer] = columns.rows(meter, register, finer)
            finer = FINER.get(finer)
        merge = Merge(meter, register, fluid, calendar, purpose)
        found = IntervalColumns.of(merge.rows(step, around, rows, some))
        begun, ended = (bisect_left(own.start_ms, edge) for edge in around)
        own.put(begun, ended, found)
    return own.first(limit)


def _apart(told: Sequence[Slice], step: Step) -> list[list[Slice]]:
    """Give slices in time order, those that have no interval near another apart."""
    far_ms = max(NEAR_MS, 2 * LONGEST_MS[step])
    groups: list[list[Slice]] = []
    for one in sorted(told, key=lambda one: one.start_ms):
        if not groups or one.start_ms - groups[-1][-1].start_ms >= far_ms:
            groups.append([])
        groups[-1].append(one)
    return groups


def _told(  # noqa: PLR0913 - a query has these dimensions
    said: Said,
    calendar: Calendar,
    of: tuple[str, str],
    step: Step,
    span: tuple[int, int],
    asked: Sequence[tuple[int, int]],
) -> list[Slice]:
    """Give what sources said of a span's intervals, in the register's unit.

    Outside `asked`, the owner's corrections only.
    """
    meter, register = of
    start = calendar.interval(step, span[0])[0]
    said_of = said.slices(meter, register, start, span[1] + LONGEST_MS[step], MANY)
    told = [one for one in said_of if one.quality is Quality.CORRECTED]
    begun = [calendar.interval(step, first)[0] for first, _ in asked]
    for at, (first, (_, last)) in enumerate(zip(begun, asked, strict=True)):
        until = min([last + LONGEST_MS[step], *begun[at + 1 : at + 2]])
        told += [
            one
            for one in said_of
            if first <= one.start_ms < until and one.quality is not Quality.CORRECTED
        ]
        told += curve_energy(said, calendar, of, (first, until))
    return told


def curve_energy(
    said: Said, calendar: Calendar, of: tuple[str, str], span: tuple[int, int]
) -> list[Slice]:
    """Give the load curve of an index as energy, of what starts in `span`."""
    meter, register = of
    curve = CURVE_OF.get(register)
    if curve is None:
        return []

    def day_of(at_ms: int) -> tuple[int, int]:
        return calendar.interval(Step.DAY, at_ms)

    # from the day's start on: energy is floored on a day's sum
    watts = said.slices(meter, curve, day_of(span[0])[0], span[1], MANY)
    return [one for one in energy(watts, register, day_of) if one.start_ms >= span[0]]
