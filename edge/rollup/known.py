"""When a register was known: each word of the meter holds until its next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.calendar import Instants
from edge.rollup.track import Column, State


@dataclass(frozen=True, slots=True)
class Known:
    """The instants at which a meter spoke of a register, and how long each word held.

    `points` and `values` are those that were known. `elapsed[i]` is the known time
    before `instants[i]`, in ms.
    """

    instants: Instants
    points: Instants
    values: Instants
    held: Instants
    elapsed: Instants

    @classmethod
    def of(cls, words: Column, end_ms: int, hold_ms: int) -> Known:
        """Measure a register's words, one an instant; the last holds to `end_ms`."""
        at, values, state = words.spoken()
        known = state == State.KNOWN
        points = at if known.all() else at[known]
        values = values if known.all() else values[known]
        held = np.empty(len(at), dtype=np.int64)
        np.subtract(at[1:], at[:-1], out=held[:-1])
        if len(held):
            held[-1] = max(end_ms - int(at[-1]), 0)
        np.minimum(held, hold_ms, out=held)
        held[~known] = 0
        elapsed = np.zeros(len(at), dtype=np.int64)
        np.cumsum(held[:-1], out=elapsed[1:])
        return cls(at, points, values, held, elapsed)

    def before(self, at: Instants) -> Instants:
        """Give the known time up to each of these instants."""
        if not len(self.instants):
            return np.zeros(len(at), dtype=np.int64)
        found = np.searchsorted(self.instants, at, side="right") - 1
        early = found < 0
        found[early] = 0
        since = np.minimum(at - self.instants[found], self.held[found])
        since[early] = 0
        return np.asarray(self.elapsed[found] + since)
