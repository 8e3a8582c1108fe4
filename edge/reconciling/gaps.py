"""What no source knows whole: intervals of one step, as the longest spans there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Gap:
    """A span whose intervals nobody knows whole.

    `intervals` is how many they are; `filled` what the indexes on either side of it
    leave for it, in the register's unit, None where that isn't known.
    """

    start_ms: int
    end_ms: int
    intervals: int
    filled: int | None = None


def gaps(edges: Sequence[int], whole: frozenset[int]) -> list[Gap]:
    """Give the longest spans of intervals, cut at `edges`, that don't start in `whole`.

    Two spans never touch: between them there is an interval that is known whole.
    """
    found: list[Gap] = []
    for start, end in pairwise(edges):
        if start in whole:
            continue
        last = found[-1] if found else None
        if last is not None and last.end_ms == start:
            found[-1] = replace(last, end_ms=end, intervals=last.intervals + 1)
        else:
            found.append(Gap(start, end, 1))
    return found
