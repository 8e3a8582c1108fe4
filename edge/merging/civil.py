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
from edge.merging.pieces import Rows, Span, pieces, put, together
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
    halves = pieces(rows(Step.MIN30, start, until))
    days = rows(Step.DAY, start - LONGEST_MS[Step.DAY], until)
    found: list[Interval] = []
    starts = [one.start_ms for one in halves[:1]] + days.start_ms[:1]
    ends = [one.end_ms for one in halves[-1:]] + days.end_ms[-1:]
    if not starts:
        return IntervalColumns()
    low, high = max(start, min(starts)), min(until, max(ends))
    if low >= high:
        return IntervalColumns()
    for slot in pairwise(calendar.boundaries(step, low, high).tolist()):
        if not start <= slot[0] < end:
            continue
        at = bisect_left(halves, slot[0], key=lambda one: one.start_ms)
        if at < len(halves) and halves[at].end_ms <= slot[1]:
            row, _ = together(of, step, slot, halves)
        elif _met(days, slot):
            row = Interval(*of, step, *slot, None, coverage=0.0, sources="")
        else:
            continue
        found.append(row)
    return put(IntervalColumns(), found)


def _met(days: IntervalColumns, slot: Span) -> bool:
    """Tell whether anything is known of a day that meets an interval."""
    at = bisect_left(days.start_ms, slot[1])
    return at > 0 and days.end_ms[at - 1] > slot[0]
