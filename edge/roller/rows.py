"""The rows that the roller has at hand: those of open wholes, and this round's own."""

from __future__ import annotations

from itertools import pairwise

from edge.interval import INTERVAL_STEPS, Interval, Step
from edge.roller.history import History

PARENT = dict(pairwise(INTERVAL_STEPS))
CHILD = {parent: child for child, parent in PARENT.items()}
ALL_ROWS = 1 << 30


class Rows:
    """One meter's recent rows over its history; a round's rows win, then the recent.

    It keeps only the children of wholes that are still open, so it doesn't grow.
    """

    def __init__(self, meter: str, history: History) -> None:
        self.meter = meter
        self._history = history
        self._rows: dict[tuple[str, Step], dict[int, Interval]] = {}
        self._since_ms: int | None = None
        self._whole_from: dict[Step, int] = {}
        """From when on every row of a step is in memory."""

    def between(
        self, register: str, step: Step, start_ms: int, end_ms: int
    ) -> dict[int, Interval]:
        """Give the rows that start in [start, end), by their start, in time order."""
        recent = self._rows.get((register, step), {})
        mine = {at: row for at, row in recent.items() if start_ms <= at < end_ms}
        whole_from = self._whole_from.get(step)
        if whole_from is None or start_ms < whole_from:
            kept = self._history.intervals(
                self.meter, register, step, start_ms, end_ms, ALL_ROWS
            )
            mine = {row.start_ms: row for row in kept} | mine
        return dict(sorted(mine.items()))

    def add(self, row: Interval) -> None:
        """Take a row of this round."""
        self._rows.setdefault((row.register, row.step), {})[row.start_ms] = row

    def settle(self, closed_ms: int, opened: dict[Step, int]) -> None:
        """End a round: let go of the rows of wholes closed at `closed_ms`.

        `opened` says where the whole of each step that is open now starts.
        """
        if self._since_ms is None:
            self._since_ms = closed_ms
        for step in INTERVAL_STEPS:
            parent = PARENT.get(step)
            first = opened[parent] if parent else closed_ms
            self._whole_from[step] = max(first, self._since_ms)
        for (_, step), rows in self._rows.items():
            for at in [at for at in rows if at < self._whole_from[step]]:
                del rows[at]
