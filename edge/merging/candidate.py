"""What one source says of one interval, out of slices that lie whole within it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.interval import Interval
from edge.merging.precedence import SAID, Voice, own
from edge.rollup.part import BLUR
from edge.sample import Quality, Slice


@dataclass(frozen=True, slots=True)
class Candidate:
    """One source's word on an interval; `known_ms` of it are covered."""

    voice: Voice
    value: int
    known_ms: int
    quality: Quality
    sources: str
    row: Interval | None = None


def best(
    heard: Sequence[Candidate], length_ms: int, voices: Sequence[Voice]
) -> Candidate:
    """Give who knows an interval whole, else most of it; of these the first voice."""

    def first(one: Candidate) -> tuple[bool, int, int]:
        whole = one.known_ms >= length_ms
        return not whole, 0 if whole else -one.known_ms, voices.index(one.voice)

    return min(heard, key=first)


def of_row(row: Interval) -> Candidate | None:
    """Give what the home's own row says; None where it knows nothing."""
    if row.value is None:
        return None
    known = round(row.coverage * (row.end_ms - row.start_ms))
    return Candidate(own(row.quality), row.value, known, row.quality, row.sources, row)


def of_slices(slices: Sequence[Slice], start_ms: int, end_ms: int) -> list[Candidate]:
    """Give what each origin says of [start, end); slices in any order.

    A slice that is the whole interval speaks for its origin; else those that follow
    each other without overlapping, the finest first.
    """
    by_origin: dict[str, list[Slice]] = {}
    for one in slices:
        if start_ms <= one.start_ms and one.end_ms <= end_ms and one.value is not None:
            by_origin.setdefault(one.origin, []).append(one)
    return [_of(origin, some, end_ms - start_ms) for origin, some in by_origin.items()]


def _of(origin: str, slices: list[Slice], length: int) -> Candidate:
    whole = [one for one in slices if one.end_ms - one.start_ms == length]
    chosen = whole[-1:] or list(_tiled(slices))
    quality = max((one.quality for one in chosen), key=BLUR.__getitem__)
    return Candidate(
        SAID[quality],
        sum(one.value or 0 for one in chosen),
        sum(one.end_ms - one.start_ms for one in chosen),
        quality,
        origin,
    )


def _tiled(slices: list[Slice]) -> Iterable[Slice]:
    reached = None
    for one in sorted(slices, key=lambda one: (one.start_ms, one.end_ms)):
        if reached is None or one.start_ms >= reached:
            yield one
            reached = one.end_ms
