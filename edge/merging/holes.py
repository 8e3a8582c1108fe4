"""Where a series has room for another source: what the home's own rows don't know."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.calendar import DAY_MS
from edge.catalogue import Fluid
from edge.interval import Step
from edge.merging.precedence import Purpose, Voice, order, own
from edge.sample import Quality
from edge.stores.protocol import IntervalColumns

NEAR_MS = 31 * DAY_MS
"""Holes nearer to each other are one question to the store."""
OWN = frozenset(quality.value for quality in Quality if own(quality) is Voice.OWN)


def unsurpassed(fluid: Fluid, step: Step, purpose: Purpose) -> bool:
    """Tell whether the owner alone corrects what the home's meter knows whole."""
    return order(fluid, step, purpose)[:2] == (Voice.CORRECTION, Voice.OWN)


def holes(rows: IntervalColumns, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Give the spans of [start, end) outside rows known whole; near ones as one."""
    known = np.array(rows.coverage) >= 1
    if not OWN.issuperset(rows.quality):
        known &= np.array([quality in OWN for quality in rows.quality])
    found: list[tuple[int, int]] = []
    for first, last in left(rows, known, start_ms, end_ms):
        if found and first - found[-1][1] < NEAR_MS:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def left(
    rows: IntervalColumns, known: NDArray[np.bool_], start_ms: int, end_ms: int
) -> list[tuple[int, int]]:
    """Give the spans of [start, end) outside the `known` of rows that have a value."""
    if None in rows.value:
        known = known & np.array([value is not None for value in rows.value])
    reached = np.array([start_ms, *rows.end_ms])[np.concatenate(([True], known))]
    begun = np.array([*rows.start_ms, end_ms])[np.concatenate((known, [True]))]
    return [
        (int(reached[at]), int(begun[at]))
        for at in np.flatnonzero(begun > reached).tolist()
    ]
