"""What is left of a bracket once the known is taken off, spread over the unknown.

In proportion to time, each part floored on the running sum: so that parts sum exactly
to the whole, at each step and in any calendar, which the largest remainders of one
step's parts would not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edge.merging.indexes import Bracket
from edge.sample import Quality


@dataclass(frozen=True, slots=True)
class Piece:
    """What is known of [start, end), whoever knows it; `known_ms` of it are covered."""

    start_ms: int
    end_ms: int
    value: int
    known_ms: int
    quality: Quality
    sources: str
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Filling:
    """An amount spread over spans of time, which are in order and apart."""

    spans: tuple[tuple[int, int], ...]
    total: int
    sources: str
    _before: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        reached, before = 0, []
        for start, end in self.spans:
            before.append(reached)
            reached += end - start
        object.__setattr__(self, "_before", (*before, reached))

    def _until(self, at_ms: int) -> int:
        """Give how much of the spans lies before an instant, in ms."""
        at = bisect_left(self.spans, (at_ms,))
        if not at:
            return 0
        start, end = self.spans[at - 1]
        return self._before[at - 1] + min(at_ms, end) - start

    @property
    def length_ms(self) -> int:
        """Give how much time it is spread over."""
        return self._before[-1]

    def over(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Give the amount of [start, end), and for how much of it, in ms."""
        low, high, whole = self._until(start_ms), self._until(end_ms), self._before[-1]
        return self.total * high // whole - self.total * low // whole, high - low


def fill(
    found: Iterable[Bracket],
    pieces: Sequence[Piece],
    opaque: Sequence[tuple[int, int]] = (),
) -> list[Filling]:
    """Fill what `pieces`, in order and apart, leave of brackets, the shortest first.

    A bracket that cuts a piece, or meets one of `opaque` (known whole, of which it is
    not known how), is left alone, and so is one whose pieces are more than its total:
    they contradict it.
    """
    known = list(pieces)
    starts = [one.start_ms for one in known]
    fillings: list[Filling] = []
    for bracket in found:
        start, end = bracket.start_ms, bracket.end_ms
        if any(max(a, start) < min(b, end) for a, b in opaque):
            continue
        low = max(bisect_left(starts, start) - 1, 0)
        high = bisect_left(starts, end)
        near = [one for one in known[low:high] if one.end_ms > start]
        if any(one.start_ms < start or one.end_ms > end for one in near):
            continue
        rest = bracket.total - sum(one.value for one in near)
        spans = _between(near, start, end)
        if rest < 0 or not spans:
            continue
        filling = Filling(tuple(spans), rest, bracket.sources)
        fillings.append(filling)
        for a, b in spans:  # what is filled is known to the longer brackets
            at = bisect_left(starts, a)
            amount, ms = filling.over(a, b)
            piece = Piece(a, b, amount, ms, Quality.INTERPOLATED, bracket.sources)
            known.insert(at, piece)
            starts.insert(at, a)
    return fillings


def _between(pieces: Sequence[Piece], start: int, end: int) -> list[tuple[int, int]]:
    """Give what pieces leave of [start, end)."""
    spans, reached = [], start
    for one in pieces:
        if one.start_ms > reached:
            spans.append((reached, one.start_ms))
        reached = max(reached, one.end_ms)
    if reached < end:
        spans.append((reached, end))
    return spans
