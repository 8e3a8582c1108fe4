"""What is known of a register around an instant, looked up as little as can be."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from edge.gate.neighbours import Known
from edge.rollup.track import State, Track

HOUR_MS = 3_600_000
WIDEST_MS = 4 * 24 * HOUR_MS
"""How much is read at once: a Linky's register has 86,400 instants a day."""


class Tracks(Protocol):
    """Committed readings; both methods may block."""

    def heard(self, meter: str) -> tuple[int, int] | None:
        """Give a meter's first and last instant."""
        ...

    def track(
        self, meter: str, start_ms: int, end_ms: int, registers: list[str]
    ) -> Track:
        """Give what a meter said over [start, end)."""
        ...


class Past:
    """One register of one meter; blocks while it reads."""

    def __init__(self, tracks: Tracks, meter: str, register: str) -> None:
        self._tracks, self._meter, self._register = tracks, meter, register
        self._heard = tracks.heard(meter)

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
