"""Two indexes known at two instants: what went through between them, exactly."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from edge.sample import Slice

LONGEST_MS = 400 * 86_400_000
"""Of a hole that is filled: a meter that is read once a year."""
NEAR_MS = 40 * 86_400_000
"""How far from a hole indexes are looked for first."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a counter showed at an instant, in the register's unit, and by whom."""

    at_ms: int
    index: int
    origin: str


@dataclass(frozen=True, slots=True)
class Bracket:
    """Two indexes of one counter, and no other known between them."""

    start_ms: int
    end_ms: int
    total: int
    sources: str

    @property
    def length_ms(self) -> int:
        """Give how far apart they are."""
        return self.end_ms - self.start_ms

    @property
    def single(self) -> bool:
        """Tell whether one source said both."""
        return "+" not in self.sources


def by_length(one: Bracket) -> tuple[int, int, str]:
    """Give what brackets are ordered by: the shortest first."""
    return one.length_ms, one.start_ms, one.sources


def covered(found: Sequence[Bracket], start_ms: int, end_ms: int) -> bool:
    """Tell whether brackets cover [start, end) together."""
    ordered = sorted(found, key=lambda one: one.start_ms)
    return any(low <= start_ms and end_ms <= high for low, high in _joined(ordered))


def anchors(slices: Iterable[Slice]) -> list[Anchor]:
    """Give the indexes that slices end with."""
    return [
        Anchor(one.end_ms, one.index_end, one.origin)
        for one in slices
        if one.index_end is not None
    ]


def brackets(known: Iterable[Anchor], changes: Sequence[int] = ()) -> list[Bracket]:
    """Give what lies between indexes that follow each other, the shortest first.

    Those of one origin, since each rounds in its own way; then, where no origin has
    both ends, those of two. None over one of `changes`, when another meter was fitted,
    nor where the index falls.
    """
    by_origin: dict[str, dict[int, Anchor]] = {}
    everyone: dict[int, Anchor] = {}
    for one in sorted(known, key=lambda one: (one.at_ms, one.origin)):
        by_origin.setdefault(one.origin, {})[one.at_ms] = one
        everyone.setdefault(one.at_ms, one)
    changed = sorted(changes)
    found = [
        bracket
        for some in by_origin.values()
        for a, b in pairwise(some.values())
        if (bracket := _bracket(a, b, changed)) is not None
    ]
    found.sort(key=lambda one: one.start_ms)
    covered = _joined(found)
    for a, b in pairwise(everyone.values()):
        bracket = None if a.origin == b.origin else _bracket(a, b, changed)
        if bracket is not None and not _inside(bracket, covered):
            found.append(bracket)
    return sorted(found, key=by_length)


def _bracket(a: Anchor, b: Anchor, changes: Sequence[int]) -> Bracket | None:
    fell = b.index < a.index or b.at_ms - a.at_ms > LONGEST_MS
    if fell or bisect_right(changes, a.at_ms) < bisect_right(changes, b.at_ms):
        return None
    sources = "+".join(sorted({a.origin, b.origin}))
    return Bracket(a.at_ms, b.at_ms, b.index - a.index, sources)


def _joined(found: Sequence[Bracket]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for one in found:
        if spans and one.start_ms <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], one.end_ms))
        else:
            spans.append((one.start_ms, one.end_ms))
    return spans


def _inside(one: Bracket, spans: Sequence[tuple[int, int]]) -> bool:
    at = bisect_right(spans, (one.start_ms, 1 << 62)) - 1
    return at >= 0 and one.end_ms <= spans[at][1]
