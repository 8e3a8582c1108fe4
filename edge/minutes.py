"""1min rows out of what a meter said: rolled when asked, kept before raw is let go."""

from __future__ import annotations

from collections.abc import Callable

from edge.calendar import DAY_MS, MINUTE_MS, Calendar
from edge.interval import Interval, Step
from edge.roller.halves import Halves, known_instants
from edge.rollup.track import Track

UTC_MINUTES = Calendar()
"""Minutes are the same in every zone: offsets are whole minutes since long ago."""

WIDEST_MS = 400 * DAY_MS

Tracks = Callable[[int, int], Track]


def roll_minutes(
    tracks: Tracks,
    heard: tuple[int, int],
    halves: Halves,
    register: str,
    span: tuple[int, int],
) -> list[Interval]:
    """Roll a register's closed minutes over [start, end), corrections not applied.

    `tracks` gives the meter's track over any span, `heard` its first and last instant.
    """
    start, end = span[0] // MINUTE_MS * MINUTE_MS, -(span[1] // -MINUTE_MS) * MINUTE_MS
    start = max(start, heard[0] // MINUTE_MS * MINUTE_MS)
    end = min(end, heard[1] // MINUTE_MS * MINUTE_MS)
    if start >= end:
        return []
    margin = DAY_MS // 24
    while True:
        low, high = start - margin, end + margin
        track = tracks(low, high)
        known = known_instants(track, register)
        behind = low <= heard[0] or (len(known) and known[0] <= start)
        ahead = high > heard[1] or (len(known) and known[-1] >= end)
        if (behind and ahead) or margin > WIDEST_MS:
            break
        margin *= 4
    edges = UTC_MINUTES.boundaries(Step.MIN1, start, end)
    parts = halves.roll(track, register, edges, heard[1], step=Step.MIN1)
    return [slot.row(part, 1) for slot, part in parts if not part.silent]
