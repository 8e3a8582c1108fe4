"""Dated facts: what was so at a home from one instant to another, and who says it.

A contract and what each index counts under it, an index that a file tells without an
amount, an index that began anew, a meter that was fitted. They are added to, never
changed: one that is over stays, so that each year is read by what was so then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from edge.sample import Value


class FactKind(StrEnum):
    """The kinds of fact."""

    TARIFF = "tariff"
    """Which contract ran, and which class each index counts (`import_tariff01_wh`)."""
    CONTRACT = "contract"
    """What the meter itself says of the contract, from an instant on."""
    HOURS = "tariff-hours"
    """When in the day the meter switched from one index to another, from a day on."""
    INDEX = "index"
    """What a counter showed at an instant, told without what went through."""
    ANEW = "index-begins-anew"
    """Between two instants an index was set to begin anew."""
    DEVICE = "device"
    """From here on a meter's indexes start from another count: why, and which physical
    meter it is by our number, never by its own."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact on a meter over [start, end); None: it goes on, as far as is known."""

    meter: str
    kind: FactKind
    start_ms: int
    end_ms: int | None
    origin: str
    detail: Mapping[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """Give what makes two facts one."""
        told = tuple(sorted(self.detail.items(), key=lambda pair: pair[0]))
        return self.meter, self.kind, self.start_ms, self.end_ms, self.origin, told
