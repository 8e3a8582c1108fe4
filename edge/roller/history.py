"""What the roller asks of the past: the door that edge.reads opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from edge.interval import Interval, Step
from edge.record import Baseline, Correction
from edge.rollup.track import Track


class History(Protocol):
    """Committed readings and intervals, wherever they are kept."""

    def track(self, meter: str, start_ms: int, end_ms: int) -> Track:
        """Give what a meter said over [start, end), as far as raw is kept."""
        ...

    def intervals(  # noqa: PLR0913 - a query has these six dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> list[Interval]:
        """Give a register's closed intervals, newest revision of each."""
        ...

    def baselines(self, meter: str) -> Sequence[Baseline]:
        """Give a meter's baselines, oldest record first."""
        ...

    def corrections(self, meter: str) -> Sequence[Correction]:
        """Give the owner's corrections of a meter, oldest record first."""
        ...

    def pruned_ms(self, meter: str) -> int:
        """Say before which instant raw readings were let go; 0 for never."""
        ...
