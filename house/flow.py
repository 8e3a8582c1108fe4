"""What flows during a day: spells of a constant flow, and the litres they make."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

MS_AN_HOUR = 3_600_000


class Flow(NamedTuple):
    """From an instant on, for so many ms, so many litres an hour."""

    start_ms: int
    length_ms: int
    l_h: int

    def until(self, at_ms: int) -> int:
        """Give what has flowed by an instant, in l/h x ms."""
        return self.l_h * max(0, min(self.length_ms, at_ms - self.start_ms))


def flowing(flows: Iterable[Flow], at_ms: int) -> int:
    """Give the litres an hour that flow at an instant."""
    return sum(
        flow.l_h
        for flow in flows
        if flow.start_ms <= at_ms < flow.start_ms + flow.length_ms
    )
