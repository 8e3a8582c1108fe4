"""How long the step of each point is, told by its neighbours.

A curve's file rarely says it, and it may change inside the file: 60, 30, 10 minutes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

STEPS = frozenset({300, 600, 900, 1800, 3600})
"""In seconds: what meters record by."""
DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?")
DAY = 86_400
SUSTAINED = 6
"""So many of one distance in a row are a step, even between shorter ones."""
BELIES = 24
"""So many longer ones in a row belie what the file says of its step."""
Told = list[int | None]


def duration(text: object) -> int | None:
    """Give the seconds of `PT30M`, `PT1H` or `P1D` (nominal), None of anything else."""
    found = DURATION.fullmatch(str(text or "").strip())
    if found is None:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return (DAY * days + 3600 * hours + 60 * minutes) or None


def steps(ends: Sequence[int], declared: int | None = None) -> Told:
    """Give the step of each point in s, None where nothing tells it.

    `ends` are the ends of the intervals in s of UTC, rising. A point's step is its
    distance from the one before; but a distance that is longer than those around it is
    a hole, and the step is theirs. `declared` counts unless a neighbour is nearer than
    that, or the points stay farther apart.
    """
    gaps: Told = [None, *(after - before for before, after in pairwise(ends))][
        : len(ends)
    ]
    told: Told = [
        gap if gap in STEPS and end % gap == 0 else None
        for gap, end in zip(gaps, ends, strict=True)
    ]
    if declared is not None:
        told = _declared(told, gaps, declared)
    for longest in sorted(STEPS, reverse=True):
        _without_holes(told, longest)
    return _filled(told, gaps)


def _declared(told: Told, gaps: Told, declared: int) -> Told:
    """Put in what the file says where points are as far apart or farther."""
    found = told[:]
    for value, (first, last) in _runs(told):
        belied = value > declared and last - first + 1 >= BELIES
        for i in range(first, last + 1):
            if value > declared and not belied:
                found[i] = declared
    for i, gap in enumerate(gaps):
        following = (found[i + 1] or gaps[i + 1]) if i + 1 < len(gaps) else None
        other = following in STEPS and following != declared
        if found[i] is None and not other and (gap is None or gap >= declared):
            found[i] = declared
    return found


def _runs(told: Told) -> list[tuple[int, tuple[int, int]]]:
    """Give (distance, (first, last)) of points of one distance, holes aside."""
    known = [(value, i) for i, value in enumerate(told) if value is not None]
    runs = []
    for value, points in groupby(known, key=lambda one: one[0]):
        places = [i for _, i in points]
        runs.append((value, (places[0], places[-1])))
    return runs


def _without_holes(told: Told, longest: int) -> None:
    """Forget distances of `longest` that are holes in what stands around them.

    One alone is a hole. Two or more in a row may be a change of step there and back:
    they are holes in a file that has many alone.
    """
    runs = _runs(told)
    alone, rows = [], []
    for number, (value, (first, last)) in enumerate(runs):
        if value != longest or not number:
            continue
        before, after = _around(runs[:number][::-1]), _around(runs[number + 1 :])
        shorter = before is not None and before < value
        count = sum(one == value for one in told[first : last + 1])
        if count == 1 and after is None:
            alone += [(first, last)] if shorter else []
        elif count == 1 and runs[number + 1][0] < value:
            beside = told[first - 1] is not None
            alone += [(first, last)] if shorter or beside else []
        elif shorter and before == after and count < SUSTAINED:
            rows.append((count, (first, last)))
    rows = [one for one in rows if len(alone) >= 2 ** (one[0] - 2)]
    for first, last in (*alone, *(place for _, place in rows)):
        told[first : last + 1] = [None] * (last - first + 1)


def _around(runs: Sequence[tuple[int, tuple[int, int]]]) -> int | None:
    """Give the shortest distance of the nearest points, on one side."""
    shortest: int | None = None
    seen = 0
    for value, (first, last) in runs:
        shortest = value if shortest is None else min(shortest, value)
        seen += last - first + 1
        if seen >= SUSTAINED:
            break
    return shortest


def _filled(told: Told, gaps: Told) -> Told:
    """Give a point that nothing told the step after it, else the last before it."""
    found = told[:]
    later: int | None = None
    nexts: Told = []
    for value in reversed(told):
        nexts.append(later)
        later = value or later
    nexts.reverse()
    known: int | None = None
    for i, gap in enumerate(gaps):
        if found[i] is None:
            beside = told[i + 1] if i + 1 < len(told) else None
            found[i] = _fitting((beside, known, nexts[i]), gap)
        known = found[i] or known
    return found


def _fitting(steps_around: Sequence[int | None], gap: int | None) -> int | None:
    """Give the first step that doesn't reach over the point before."""
    for step in (*steps_around, gap if gap in STEPS else None):
        if step is not None and (gap is None or step <= gap):
            return step
    return None
