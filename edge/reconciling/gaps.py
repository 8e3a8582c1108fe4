"""What no source knows whole: intervals of one step, as the longest spans there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Gap:
    """A span whose intervals nobody knows whole.

    `intervals` is how many they are; `filled` what they come to, in the register's
    unit, by the indexes on either side; None where that isn't known of each.
    """

    start_ms: int
    end_ms: int
    intervals: int
    filled: int | None = None


def gaps(
    edges: Sequence[int],
    whole: frozenset[int],
    values: Mapping[int, int | None] = MappingProxyType({}),
) -> list[Gap]:
    """Give the longest spans of intervals, cut at `edges`, that don't start in `whole`.

    Two spans never touch: between them there is an interval that is known whole.
    `values` are the amounts of intervals, by their start.
    """
    found: list[Gap] = []
    for start, end in pairwise(edges):
        if start in whole:
            continue
        last = found[-1] if found else None
        if last is not None and last.end_ms == start:
            found[-1] = Gap(
                last.start_ms,
                end,
                last.intervals + 1,
                _added(last.filled, values.get(start)),
            )
        else:
            found.append(Gap(start, end, 1, values.get(start)))
    return found


def _added(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
