"""The row of an interval that is still open: made when asked, never kept."""

from __future__ import annotations

from collections.abc import Callable

from edge.calendar import HOUR_MS
from edge.interval import Interval, Step
from edge.roller.halves import Halves
from edge.roller.rows import CHILD
from edge.rollup.part import Slot, add, part_of
from edge.rollup.track import Track

PROVISIONAL = 0
"""The revision of a row that will change."""

Tracks = Callable[[int, int], Track]
Closed = Callable[[Step, int, int], dict[int, Interval]]


def open_rows(  # noqa: PLR0913 - how, out of what, which
    halves: Halves,
    tracks: Tracks,
    closed: Closed,
    register: str,
    step: Step,
    heard_ms: int,
) -> list[Interval]:
    """Give a register's rows of a step that time or the roller has not closed yet.

    The one that is open, and at times the one before it, which the roller is about to
    close: coarser ones are the sum of what is closed in them and of finer open ones.
    """
    if step is Step.MIN30:
        return _halves(halves, tracks, closed, register, heard_ms)
    child = CHILD[step]
    finer = open_rows(halves, tracks, closed, register, child, heard_ms)
    spans = {halves.calendar.interval(step, row.start_ms): row for row in finer}
    rows = []
    for start, end in spans:
        if closed(step, start, start + 1):
            continue
        parts = closed(child, start, end)
        parts |= {row.start_ms: row for row in finer if start <= row.start_ms < end}
        slot = Slot(halves.meter, register, step, start, end)
        whole = add([part_of(parts[at]) for at in sorted(parts)])
        rows.append(slot.row(whole, PROVISIONAL))
    return rows


def _halves(
    halves: Halves, tracks: Tracks, closed: Closed, register: str, heard_ms: int
) -> list[Interval]:
    now = halves.floor(heard_ms)
    before = halves.floor(now - 1)
    known = closed(Step.MIN30, before, heard_ms + 1)
    edges = halves.edges(before, heard_ms + 1)
    track = tracks(before - HOUR_MS, heard_ms + 1)
    rows = []
    for slot, base in halves.roll(track, register, edges, heard_ms):
        part = halves.correct(slot, base)
        if slot.start_ms not in known and not part.silent:
            rows.append(slot.row(part, PROVISIONAL))
    return rows
