"""How often a meter speaks, and so for how long a live value of it holds."""

from __future__ import annotations

from collections import deque
from statistics import median

SHORTEST_S = 60
FRAMES = 3
"""A value is out of date after so many frames without it."""
GAPS = 9


class Pace:
    """The pause between a meter's samples: the median, so that one silence is none."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(maxlen=GAPS)
        self._last_s: float | None = None

    def hear(self, now_s: float) -> None:
        """Note that the meter spoke."""
        if self._last_s is not None:
            self._gaps.append(now_s - self._last_s)
        self._last_s = now_s

    @property
    def holds_s(self) -> int:
        """Give for how long a value holds: 60 s times a power of two, to be steady."""
        wanted = FRAMES * median(self._gaps) if self._gaps else 0
        holds = SHORTEST_S
        while holds < wanted:
            holds *= 2
        return holds
