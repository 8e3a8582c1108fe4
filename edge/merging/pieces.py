"""What is known of a span, in the longest pieces: days, else half-hours."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from edge.calendar import Calendar
from edge.interval import Interval, Step
from edge.merging.filling import Filling, Piece
from edge.rollup.part import BLUR, sources_of, worst
from edge.sample import Quality
from edge.stores.protocol import COLUMNS, IntervalColumns

Rows = Callable[[Step, int, int], IntervalColumns]
"""Gives the merged rows of a step that start in [start, end)."""
Span = tuple[int, int]


def known(
    rows: Rows,
    calendar: Calendar,
    span: Span,
    cuts: Iterable[int] = (),
    guessed: Callable[[Piece], bool] = lambda _piece: False,
) -> tuple[list[Piece], list[Span]]:
    """Give the pieces that meet `span`, and the days known whole but not in parts.

    A day that one of `cuts` falls into is given in half-hours; what is `guessed` is
    left out.
    """
    edges = calendar.boundaries(Step.DAY, *span).tolist()
    days = {
        one.start_ms: one
        for one in pieces(rows(Step.DAY, edges[0], edges[-1]))
        if one.known_ms >= one.end_ms - one.start_ms
    }
    cut = {calendar.interval(Step.DAY, at)[0] for at in {*cuts} - {*edges}}
    found: list[Piece] = []
    runs: list[Span] = []
    for start, end in pairwise(edges):
        if start in days and start not in cut:
            found.append(days[start])
        elif runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    for run in runs:
        halves = pieces(rows(Step.MIN30, *run))
        found += [one for one in halves if not guessed(one)]
    found.sort(key=lambda one: one.start_ms)
    opaque = [
        (start, days[start].end_ms)
        for start in sorted(cut & days.keys())
        if not _whole(found, start, days[start].end_ms)
    ]
    return found, opaque


def pieces(columns: IntervalColumns) -> list[Piece]:
    """Give the rows of which anything is known."""
    cells = zip(
        columns.start_ms,
        columns.end_ms,
        columns.value,
        columns.coverage,
        columns.quality,
        columns.sources,
        columns.revision,
        strict=True,
    )
    return [
        Piece(
            start,
            end,
            value,
            round(coverage * (end - start)),
            Quality(quality),
            sources,
            revision,
        )
        for start, end, value, coverage, quality, sources, revision in cells
        if value is not None
    ]


def put(page: IntervalColumns, rows: Sequence[Interval]) -> IntervalColumns:
    """Put rows, in time order, among those of a page or in their places."""
    runs: list[tuple[int, int, list[Interval]]] = []
    for row in rows:
        at = bisect_left(page.start_ms, row.start_ms)
        there = at < len(page) and page.start_ms[at] == row.start_ms
        if runs and runs[-1][1] == at:
            first, _, some = runs[-1]
            some.append(row)
            runs[-1] = (first, at + there, some)
        else:
            runs.append((at, at + there, [row]))
    for first, last, some in reversed(runs):
        page.put(first, last, IntervalColumns.of(some))
    return page


def together(
    of: tuple[str, str],
    step: Step,
    slot: Span,
    found: Sequence[Piece],
    fillings: Sequence[Filling] = (),
) -> tuple[Interval, bool]:
    """Give the row of an interval of (meter, register), and whether it is all told.

    Of pieces that lie within it, and what is filled of it: there must be one of either.
    """
    start, end = slot
    at = bisect_left(found, start, key=lambda one: one.start_ms)
    inside: list[Piece] = []
    while at < len(found) and found[at].end_ms <= end:
        inside.append(found[at])
        at += 1
    value = sum(one.value for one in inside)
    told_ms = sum(one.end_ms - one.start_ms for one in inside)
    sources = {one.sources for one in inside}
    qualities = [worst([one.quality for one in inside])] if inside else []
    guessed = not inside
    for filling in fillings:
        amount, ms = filling.over(start, end)
        if ms:
            value, told_ms = value + amount, told_ms + ms
            guessed |= ms < filling.length_ms
            sources.add(filling.sources)
    # of a hole that lies within it whole, the amount is known, however it went
    qualities += [Quality.INTERPOLATED] if guessed else []
    revisions = [one.revision for one in inside]
    row = Interval(
        *of,
        step,
        start,
        end,
        value,
        coverage=sum(one.known_ms for one in inside) / (end - start),
        quality=max(qualities, key=BLUR.__getitem__),
        sources=sources_of(*sorted(sources)),
        revision=0 if 0 in revisions else max(revisions, default=1),
    )
    return row, told_ms >= end - start


def gathered(
    of: tuple[str, str], step: Step, slot: Span, halves: IntervalColumns
) -> Interval | None:
    """Put an interval together of half-hours; None where there is none.

    Usual ones, of one kind and known whole, cost no object each.
    """
    low, high = (bisect_left(halves.start_ms, edge) for edge in slot)
    count = high - low
    if not count:
        return None
    values = halves.value[low:high]
    quality, sources = halves.quality[low], halves.sources[low]
    usual = (
        None not in values
        and halves.coverage[low:high].count(1.0) == count
        and halves.revision[low:high].count(1) == count
        and halves.quality[low:high].count(quality) == count
        and halves.sources[low:high].count(sources) == count
    )
    if not usual:
        some = pieces(
            IntervalColumns(*(getattr(halves, name)[low:high] for name in COLUMNS))
        )
        return together(of, step, slot, some)[0] if some else None
    known_ms = sum(halves.end_ms[low:high]) - sum(halves.start_ms[low:high])
    return Interval(
        *of,
        step,
        *slot,
        sum(value for value in values if value is not None),
        coverage=known_ms / (slot[1] - slot[0]),
        quality=Quality(quality),
        sources=sources,
    )


def _whole(found: Sequence[Piece], start: int, end: int) -> bool:
    inside = [one for one in found if start <= one.start_ms < end]
    return sum(one.end_ms - one.start_ms for one in inside) == end - start
