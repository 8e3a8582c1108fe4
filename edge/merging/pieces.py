"""What is known of a span, in the longest pieces: days, else half-hours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from edge.calendar import Calendar
from edge.interval import Step
from edge.merging.filling import Piece
from edge.sample import Quality
from edge.stores.protocol import IntervalColumns

Rows = Callable[[Step, int, int], IntervalColumns]
"""Gives the merged rows of a step that start in [start, end)."""
Span = tuple[int, int]


def known(
    rows: Rows, calendar: Calendar, span: Span, cuts: Iterable[int] = ()
) -> tuple[list[Piece], list[Span]]:
    """Give the pieces that meet `span`, and the days known whole but not in parts.

    A day that one of `cuts` falls into is given in half-hours.
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
        found += pieces(rows(Step.MIN30, *run))
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
        )
        for start, end, value, coverage, quality, sources in cells
        if value is not None
    ]


def _whole(found: Sequence[Piece], start: int, end: int) -> bool:
    inside = [one for one in found if start <= one.start_ms < end]
    return sum(one.end_ms - one.start_ms for one in inside) == end - start
