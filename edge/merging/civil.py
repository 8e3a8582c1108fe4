"""Civil days, months and years of gas, whose own days run from 06:00 to 06:00.

Out of half-hours alone: of a day that is only known from six to six nobody knows how
much was before midnight, and it is said to be unknown.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

from edge.calendar import Calendar
from edge.interval import Interval, Step
from edge.merging.merged import LONGEST_MS
from edge.merging.pieces import Rows, Span, gathered
from edge.stores.protocol import IntervalColumns

CUT_BY_DAY = (Step.DAY, Step.MONTH, Step.YEAR)


def civil_columns(
    rows: Rows, calendar: Calendar, of: tuple[str, str], step: Step, span: Span
) -> IntervalColumns:
    """Give the rows of (meter, register) that start in `span`, in a civil calendar.

    `rows` gives the series by its own days, at whatever step.
    """
    start, end = span
    until = end + LONGEST_MS[step]
    halves = rows(Step.MIN30, start, until)
    days = rows(Step.DAY, start - LONGEST_MS[Step.DAY], until)
    starts = [*halves.start_ms[:1], *days.start_ms[:1]]
    ends = [*halves.end_ms[-1:], *days.end_ms[-1:]]
    found: list[Interval] = []
    low = max([start, *([min(starts)] if starts else [])])
    high = min([until, *([max(ends)] if ends else [start])])
    edges = calendar.boundaries(step, low, high).tolist() if low < high else []
    for slot in pairwise(edges):
        if not start <= slot[0] < end:
            continue
        row = gathered(of, step, slot, halves)
        if row is None and _met(days, slot):
            row = Interval(*of, step, *slot, None, coverage=0.0, sources="")
        found += [] if row is None else [row]
    return IntervalColumns.of(found) if found else IntervalColumns()


def _met(days: IntervalColumns, slot: Span) -> bool:
    """Tell whether anything is known of a day that meets an interval."""
    at = bisect_left(days.start_ms, slot[1])
    return at > 0 and days.end_ms[at - 1] > slot[0]
