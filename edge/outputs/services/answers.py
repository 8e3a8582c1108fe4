"""History on demand: what the one function allows of a question, in bounded pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import orjson

from edge.catalogue import Register
from edge.consent.allowed import Question, Span, allowed, steps_of
from edge.consent.read_journal import Reading
from edge.consent.records import Grant
from edge.consent.terms import Channel
from edge.interval import Point, Step
from edge.merging.merged import MergedRows
from edge.merging.precedence import Purpose
from edge.outputs.services.messages import Messages
from edge.outputs.services.question import Asking
from edge.outputs.services.row import row_at
from edge.registers import CATALOGUE

NOT_FOUND = orjson.dumps({"error": "not_found"})
"""For what isn't granted as for what never was: the same bytes."""


class ReadAll(MergedRows, Protocol):
    """Where rows and raw values are read; each method blocks."""

    def raw(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> Sequence[Point]:
        """Give a register's changes in [start_ms, end_ms)."""
        ...


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers questions; blocks while it reads."""

    reads: ReadAll
    messages: Messages
    zone: ZoneInfo
    channel: Channel = Channel.MQTT

    def answer(
        self, grant: Grant, asked: Asking, now_ms: int
    ) -> tuple[bytes, list[Reading]]:
        """Give the answer to a question, and what of it is to be noted."""
        if asked.register not in CATALOGUE or asked.meter not in grant.meters:
            return NOT_FOUND, []
        register = CATALOGUE[asked.register]
        if not self._shown(grant, asked, register):
            return NOT_FOUND, []
        question = Question(
            *(asked.meter, register, asked.step, asked.start_ms, asked.end_ms),
            self.channel,
        )
        spans = allowed(grant, question, now_ms, self.zone)
        found: list[tuple[int, int, dict[str, Any]]] = []
        for span in spans:
            more = asked.limit + 1 - len(found)
            if more > 0:
                found += self._some(question, span, more)
        page, rest = found[: asked.limit], found[asked.limit :]
        rows = [row for _, _, row in page]
        first = rest[0][2] if rest else {}
        document = {"rows": rows, "next": first.get("start", first.get("at"))}
        readings = []
        if page:
            told = register.consent(asked.step)
            span = (page[0][0], max(page[-1][1], page[-1][0] + 1))
            readings = [Reading(asked.meter, told, asked.step, *span, len(page))]
        return orjson.dumps(document), readings

    def _some(
        self, question: Question, span: Span, limit: int
    ) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """Give rows that lie wholly in a span, with their bounds, at most so many."""
        start_ms, end_ms = (
            max(span[0], question.start_ms),
            min(span[1], question.end_ms),
        )
        if start_ms >= end_ms:
            return
        meter, name, step = question.meter, question.register.name, question.step
        if step is Step.RAW:
            for point in self.reads.raw(meter, name, start_ms, end_ms, limit):
                yield point.at_ms, point.at_ms, self.messages.point(point)
            return
        columns = self.reads.merged_columns(
            meter, name, step, start_ms, end_ms, limit, Purpose.NOW
        )
        for place, low in enumerate(columns.start_ms):
            high = columns.end_ms[place]
            if high <= span[1]:
                row = row_at(meter, question.register, step, columns, place)
                yield low, high, self.messages.row(row)

    def _shown(self, grant: Grant, asked: Asking, register: Register) -> bool:
        """Tell whether a grant shows a step of a register by this channel."""
        if asked.step not in steps_of(grant, asked.meter, register):
            return False
        needed = register.consent(asked.step)
        of = grant.of(asked.meter, register.fluid, needed, self.channel)
        return any(asked.step in one.terms.grain.steps for one in of)
