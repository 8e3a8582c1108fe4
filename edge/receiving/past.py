"""What is known of a register around an instant, looked up as little as can be."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from edge.gate.neighbours import Known
from edge.record import Baseline
from edge.rollup.track import State, Track

HOUR_MS = 3_600_000
WIDEST_MS = 4 * 24 * HOUR_MS
"""How much is read at once: a Linky's register has 86,400 instants a day."""


class Tracks(Protocol):
    """Committed readings; every method may block."""

    def heard(self, meter: str) -> tuple[int, int] | None:
        """Give a meter's first and last instant."""
        ...

    def track(
        self, meter: str, start_ms: int, end_ms: int, registers: list[str]
    ) -> Track:
        """Give what a meter said over [start, end)."""
        ...

    def baselines(self, meter: str) -> Sequence[Baseline]:
        """Give where an index starts from another physical count."""
        ...


class Past:
    """One register of one meter; blocks while it reads.

    Counts of another device are no neighbours: none is looked for behind a baseline.
    """

    def __init__(self, tracks: Tracks, meter: str, register: str) -> None:
        self._tracks, self._meter, self._register = tracks, meter, register
        self._heard = tracks.heard(meter)
        told = tracks.baselines(meter)
        self._starts = sorted(one.at_ms for one in told if register in one.offsets)

    def era(self, at_ms: int) -> tuple[int, int | None]:
        """Give from when on, and until when, the count of an instant goes on."""
        place = bisect_right(self._starts, at_ms)
        start = self._starts[place - 1] if place else 0
        return start, self._starts[place] if place < len(self._starts) else None

    def at(self, at_ms: int) -> int | None:
        """Give the value at this very instant; None: nothing is known of it."""
        if self._heard is None or not self._heard[0] <= at_ms <= self._heard[1]:
            return None
        found = self._known(at_ms, at_ms + 1)
        return None if found is None else found[0].value

    def before(self, at_ms: int, since: Known | None) -> Known | None:
        """Give the last word before an instant; `since` is one known already."""
        if self._heard is None:
            return since
        first = self._heard[0] if since is None else since.at_ms
        first = max(first, self.era(at_ms)[0])
        end, width = min(at_ms, self._heard[1] + 1), HOUR_MS
        while end > first:
            start = max(end - width, first)
            found = self._known(start, end)
            if found is not None:
                return found[1] if since is None else max(found[1], since)
            end, width = start, min(width * 4, WIDEST_MS)
        return since

    def after(self, at_ms: int) -> Known | None:
        """Give the first word after an instant."""
        if self._heard is None:
            return None
        start, last = max(at_ms + 1, self._heard[0]), self._heard[1] + 1
        until = self.era(at_ms)[1]
        last = last if until is None else min(last, until)
        width = HOUR_MS
        while start < last:
            end = min(start + width, last)
            found = self._known(start, end)
            if found is not None:
                return found[0]
            start, width = end, min(width * 4, WIDEST_MS)
        return None

    def _known(self, start_ms: int, end_ms: int) -> tuple[Known, Known] | None:
        """Give the first and the last value known over [start, end)."""
        track = self._tracks.track(self._meter, start_ms, end_ms, [self._register])
        column = track.columns.get(self._register)
        if column is None or not len(track):
            return None
        words = column.spread(track.instants)
        places = np.flatnonzero(words.state == State.KNOWN)
        if not len(places):
            return None
        first, last = (
            Known(int(words.at[place]), int(words.values[place]))
            for place in (places[0], places[-1])
        )
        return first, last
