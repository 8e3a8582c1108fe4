"""Points of a curve as amounts of steps; what a file leaves empty as absences."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from enedis.findings import Findings
from enedis.order import used_up
from enedis.steps import steps
from exports import Absence, Amount, Nature, Refused


class Point(NamedTuple):
    """One row: its stamp (aware UTC), its value or None, its step in s if it says so.

    A tuple: a year has 17,520.
    """

    place: str
    at: datetime
    value: int | None
    nature: Nature = Nature.MEASURED
    step: int | None = None


def take_curve(
    findings: Findings,
    quantity: str,
    points: list[Point],
    *,
    declared: int | None = None,
    stamped_at_start: bool = False,
) -> None:
    """Add the steps of one quantity, whatever the order of the points: it empties them.

    A stamp is the END of its step, except where it is said to be the start.
    """
    kept = _distinct(findings, points)
    ends = [int(point.at.timestamp()) for point in kept]
    lengths: dict[int, timedelta] = {}
    inferred = steps(ends, declared)
    for point, neighbourly in zip(used_up(kept), inferred, strict=True):
        place, at, value, nature, said = point
        step = said or neighbourly
        if step is None:
            detail = "nothing tells how long its step is: it has no neighbour"
            findings.refused.append(Refused(place, "unknown-step", detail))
            continue
        length = lengths.setdefault(step, timedelta(seconds=step))
        start, end = (at, at + length) if stamped_at_start else (at - length, at)
        if value is None:
            findings.absent.append(Absence(start, end, place))
        else:
            findings.amounts.append(Amount(quantity, start, end, value, nature, place))


def _distinct(findings: Findings, points: list[Point]) -> list[Point]:
    """Sort, and keep one point of each instant: a value rather than an empty one."""
    if all(one.at < other.at for one, other in pairwise(points)):
        return points
    kept: dict[datetime, Point] = {}
    for point in points:
        there = kept.setdefault(point.at, point)
        if there is point or point.value in (there.value, None):
            continue
        if there.value is None:
            kept[point.at] = point
            continue
        detail = f"{there.value} stands at the same time ({there.place})"
        findings.refused.append(Refused(point.place, "two-values", detail))
    return [kept[at] for at in sorted(kept)]
