"""Where a meter's counters stand that nothing here reads: by files and portals."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from edge.calendar import DAY_MS
from edge.sample import Sample, Slice

FIRST_MS = 946_684_800_000
"""2000: nothing that files say is older."""

EVER_MS = 1 << 50
NEAR_MS = 40 * DAY_MS
WIDER = 4
MOST = 60_000
PATIENCE = 1_000
"""Slices without a counter, after which none is looked for: a source that tells them
does so in each row, and each request of the API would look through years of others."""

Slices = Callable[[str, int, int, int], Sequence[Slice]]
"""One meter's slices of a register that start in [start, end), oldest first."""


def newest(
    slices: Slices, register: str, true: Callable[[Slice], bool] = lambda _one: True
) -> Slice | None:
    """Give the slice that ends last, of those of which something is true; blocks.

    The last weeks are looked through first: what is told daily costs one question.
    """
    end_ms, width_ms, others = EVER_MS, NEAR_MS, 0
    start_ms = time.time_ns() // 1_000_000 - width_ms
    while end_ms > FIRST_MS:
        start_ms = max(start_ms, FIRST_MS)
        best: Slice | None = None
        for one in _all(slices, register, start_ms, end_ms):
            if not true(one):
                others += 1
            elif best is None or one.end_ms >= best.end_ms:
                best = one
        if best is not None or others > PATIENCE:
            return best
        width_ms *= WIDER
        end_ms, start_ms = start_ms, start_ms - width_ms
    return None


def _all(slices: Slices, register: str, start_ms: int, end_ms: int) -> Iterable[Slice]:
    while True:
        page = slices(register, start_ms, end_ms, MOST)
        yield from page
        if len(page) < MOST:
            return
        start_ms = page[-1].start_ms + 1


def standing(meter: str, slices: Slices, registers: Iterable[str]) -> Sample | None:
    """Give the counters at the ends of the newest slices that tell them; blocks.

    None: no source told one. What amounts sum to isn't one: it would leap with each
    older file.
    """
    found = {}
    for register in registers:
        one = newest(slices, register, lambda one: one.index_end is not None)
        if one is not None:
            found[register] = one
    if not found:
        return None
    last = max(found.values(), key=lambda one: one.end_ms)
    values = {
        name: one.index_end for name, one in found.items() if one.end_ms == last.end_ms
    }
    return Sample(meter, last.end_ms, values, last.quality, last.origin)
