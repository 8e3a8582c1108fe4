"""How long the step of each point is, told by its neighbours.

A curve's file rarely says it, and it may change inside the file: 60, 30, 10 minutes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

STEPS = frozenset({300, 600, 900, 1800, 3600})
"""In seconds: what meters record by."""
DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?")
DAY = 86_400


def duration(text: object) -> int | None:
    """Give the seconds of `PT30M`, `PT1H` or `P1D` (nominal), None of anything else."""
    found = DURATION.fullmatch(str(text or "").strip())
    if found is None:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return (DAY * days + 3600 * hours + 60 * minutes) or None


def steps(ends: Sequence[int], declared: int | None = None) -> list[int | None]:
    """Give the step of each point in s, None where nothing tells it.

    `ends` are the ends of the intervals in s of UTC, rising. A point's step is its
    distance from the one before where that goes on: as long as the last one's, or as
    the next one's. An isolated distance is a hole, and the step is that around it.
    `declared` counts unless a neighbour is nearer than that.
    """
    found: list[int | None] = []
    last = len(ends) - 1
    known: int | None = None
    for i, end in enumerate(ends):
        gap = end - ends[i - 1] if i else None
        if declared is not None and (gap is None or gap >= declared):
            known = declared
        elif gap != known or known is None:
            before = gap if gap in STEPS and end % gap == 0 else None
            after = ends[i + 1] - end if i < last else None
            if after not in STEPS or end % after:
                after = None
            known = _settled(before, known, after)
            if gap is not None and known is not None and known > gap:
                known = gap if gap in STEPS else None
        found.append(known)
    return _filled(found, ends)


def _filled(found: list[int | None], ends: Sequence[int]) -> list[int | None]:
    """Give what nothing told before the first hole the step of what comes after."""
    later: int | None = None
    for i in range(len(found) - 1, -1, -1):
        nearest = ends[i] - ends[i - 1] if i else later
        if found[i] is None and later is not None and later <= (nearest or 0):
            found[i] = later
        later = found[i]
    return found


def _settled(before: int | None, known: int | None, after: int | None) -> int | None:
    """Choose among the distance before, the last step and the distance after."""
    if before is None:
        return after or known
    if after in (before, None):
        return before if after or known is None else min(before, known)
    return after if after == known else min(before, after)
