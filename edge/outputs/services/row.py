"""What a service is told of: a row of a register, or an event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

import orjson

from edge.catalogue import Kind, Register
from edge.consent.allowed import Question, allowed
from edge.consent.records import Grant
from edge.interval import Step
from edge.merging.merged import MergedRows
from edge.merging.precedence import Purpose
from edge.stores.protocol import IntervalColumns

MANY = 60_000
EVENT = "event"
"""Stands in the place of a step."""

Key: TypeAlias = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A meter's register over [start, end); or an event, its kind as the register.

    `detail` is what an event says; of a row how much of it is known, and of an instant
    its least, mean and most: JSON, in one order.
    """

    meter: str
    register: str
    step: str
    start_ms: int
    end_ms: int
    value: int | None
    quality: str
    detail: str | None = None

    @property
    def key(self) -> Key:
        """Give what makes two of them one, of which the newer stands."""
        return self.meter, self.register, self.step, self.start_ms


def row_at(
    meter: str, register: Register, step: Step, columns: IntervalColumns, place: int
) -> Row:
    """Give one row of columns as a service is told it: not whose word it is."""
    detail: dict[str, float | int | None] = {
        "coverage": round(columns.coverage[place], 4)
    }
    mean = columns.mean[place]
    if register.kind is Kind.INSTANT and mean is not None:
        least, most = columns.minimum[place], columns.maximum[place]
        detail |= {"min": least, "mean": round(mean, 3), "max": most}
    return Row(
        *(meter, register.name, step.value),
        *(columns.start_ms[place], columns.end_ms[place]),
        *(columns.value[place], str(columns.quality[place])),
        orjson.dumps(detail).decode(),
    )


def allowed_rows(
    reads: MergedRows, grant: Grant, question: Question, now_ms: int, zone: ZoneInfo
) -> Iterator[Row]:
    """Give the rows of a question that a grant may be shown, whichever channel asks."""
    spans = allowed(grant, question, now_ms, zone)
    if not spans:
        return
    meter, register, step = question.meter, question.register, question.step
    columns = reads.merged_columns(
        meter,
        register.name,
        step,
        question.start_ms,
        question.end_ms,
        MANY,
        Purpose.NOW,
    )
    for place, start_ms in enumerate(columns.start_ms):
        end_ms = columns.end_ms[place]
        within = any(low <= start_ms and end_ms <= high for low, high in spans)
        if within and columns.revision[place]:  # 0: it is still counted
            yield row_at(meter, register, step, columns, place)


@dataclass(frozen=True, slots=True)
class Owed:
    """A row that is to be sent, and the number that it has for this service.

    One that was never sent has none: in its place stands its turn, below 0.
    """

    row: Row
    seq: int

    @property
    def numbered(self) -> bool:
        """Tell whether it has its number."""
        return self.seq > 0
