"""The order of a frame's groups: a label that was hit into another one shows here.

A frame sends its labels in the table's order, each once. Where that does not hold, a
group stands only if every longest way of putting the frame in order keeps it: of two
that contradict each other both are refused, since nothing tells which is true.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

# More groups than that out of order are no hits: the end of one frame and the start
# of the next were lost, and what looks like one frame is two.
MOST_OFFENDERS = 2


def in_order(ranks: Sequence[int]) -> bool:
    """Tell whether the ranks rise strictly."""
    return all(a < b for a, b in pairwise(ranks))


def descents(ranks: Sequence[int]) -> list[int]:
    """Give the positions before which the ranks do not rise."""
    return [at for at in range(1, len(ranks)) if ranks[at - 1] >= ranks[at]]


def offenders(ranks: Sequence[int]) -> frozenset[int]:
    """Give the positions that not every longest strictly rising choice keeps."""
    before = _longest_ending(ranks)
    after = _longest_ending([-rank for rank in reversed(ranks)])[::-1]
    longest = max(before, default=0)
    on_one = [a + b - 1 == longest for a, b in zip(before, after, strict=True)]
    # A position is on every longest choice if it alone has its place in one.
    places: dict[int, int] = {}
    for place, chosen in zip(before, on_one, strict=True):
        if chosen:
            places[place] = places.get(place, 0) + 1
    return frozenset(
        at
        for at, (place, chosen) in enumerate(zip(before, on_one, strict=True))
        if not (chosen and places[place] == 1)
    )


def _longest_ending(ranks: Sequence[int]) -> list[int]:
    """Give, for each position, the length of the longest rising choice ending there."""
    tails: list[int] = []
    lengths: list[int] = []
    for rank in ranks:
        place = bisect_left(tails, rank)
        tails[place : place + 1] = [rank]
        lengths.append(place + 1)
    return lengths
