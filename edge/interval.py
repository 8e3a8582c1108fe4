"""Intervals: half-open slices of civil time and what a register did over each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from edge.sample import Quality


class Step(StrEnum):
    """The grains of the API: raw and 1min are stored apart, the rest are intervals."""

    RAW = "raw"
    MIN1 = "1min"
    MIN30 = "30min"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


INTERVAL_STEPS: tuple[Step, ...] = (
    Step.MIN30,
    Step.HOUR,
    Step.DAY,
    Step.MONTH,
    Step.YEAR,
)
"""What the roller appends to the journal, finest first."""


@dataclass(frozen=True, slots=True)
class Interval:
    """One register over [start, end).

    `value` is, for an index, the amount counted (index at end less index at start, so
    parts sum exactly to the whole); for an instant the rounded time-weighted mean, in
    the register's unit; None when nothing is known. `minimum`, `mean`, `maximum` are
    for instants. `coverage` is the known part of the time, 0.0 to 1.0.
    """

    meter: str
    register: str
    step: Step
    start_ms: int
    end_ms: int
    value: int | None
    minimum: int | None = None
    mean: float | None = None
    maximum: int | None = None
    coverage: float = 1.0
    quality: Quality = Quality.RAW
    sources: str = "tic"
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Point:
    """One raw value of one register at one instant."""

    at_ms: int
    value: int | str | None
    quality: Quality = Quality.RAW
