"""A register's changes as points: the same ones in whatever range they are asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edge.calendar import HOUR_MS
from edge.interval import Point
from edge.rollup.track import State, Track

PAGE_MS = 24 * HOUR_MS


def points(
    track: Callable[[int, int], Track],
    heard: tuple[int, int] | None,
    register: str,
    span: tuple[int, int],
    limit: int,
) -> list[Point]:
    """Give at most `limit` points in [start, end), day by day of what was heard.

    A point is a change, or the first word of its UTC hour.
    """
    if heard is None:
        return []
    start, end = max(span[0], heard[0]), min(span[1], heard[1] + 1)
    found: list[Point] = []
    at = start // HOUR_MS * HOUR_MS
    while at < end and len(found) < limit:
        stop = min(at + PAGE_MS, -(end // -HOUR_MS) * HOUR_MS)
        some = changes(track(at, stop), register)
        found += [point for point in some if start <= point.at_ms < end]
        at = stop
    return found[:limit]


def changes(track: Track, register: str) -> list[Point]:
    """Give the points of a track that begins at a whole UTC hour."""
    one = track.columns.get(register)
    if one is None:
        return []
    spoken, mark = track.spoken(register)
    if not len(spoken):
        return []
    hours = spoken // HOUR_MS
    opening = spoken[np.flatnonzero(np.diff(hours, prepend=hours[0] - 1))]
    told = one.spoken().changes()
    at = np.union1d(told.at, opening)
    words = told.spread(at)
    marks = mark[np.searchsorted(spoken, at)].tolist()
    known = (words.state == State.KNOWN).tolist()
    return [
        Point(at_ms, value if sure else None, track.marks[place].quality)
        for at_ms, value, sure, place in zip(
            at.tolist(), words.values.tolist(), known, marks, strict=True
        )
    ]
