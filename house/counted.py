"""What a meter had counted by each midnight, out of what flowed day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from house.flow import MS_AN_HOUR, Flow
from teleinfo.virtual.civil import day_of, midnight_ms


@dataclass(slots=True)
class Counted:
    """A dial: `before_l` at the first midnight, then each day's flows."""

    first_day: int
    before_l: int
    flows: Callable[[int], list[Flow]]
    _sums: list[int] = field(default_factory=list)

    def at(self, at_ms: int) -> int:
        """Give the whole litres that the dial shows at an instant."""
        day = day_of(at_ms)
        today = sum(flow.until(at_ms) for flow in self.flows(day))
        return self.before_l + (self._by(day) + today) // MS_AN_HOUR

    def _by(self, day: int) -> int:
        """Give what had flowed by a midnight, in l/h x ms."""
        sums = self._sums
        if not sums:
            sums.append(0)
        while len(sums) <= day - self.first_day:
            made = self.first_day + len(sums) - 1
            end_ms = midnight_ms(made + 1)
            sums.append(sums[-1] + sum(flow.until(end_ms) for flow in self.flows(made)))
        return sums[day - self.first_day]
