"""Which documents a grant makes: rows that the one function allows, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from edge.calendar import calendar_of
from edge.catalogue import Register
from edge.consent.allowed import Question, allowed, closed, told
from edge.consent.records import Grant
from edge.consent.terms import Channel, Grain
from edge.interval import Step
from edge.merging.merged import MergedRows
from edge.outputs.cozy.doctypes import FINE, steps
from edge.outputs.cozy.document import Document
from edge.outputs.cozy.shape import OWN, documents
from edge.outputs.services.row import Row, allowed_rows
from edge.registers import CATALOGUE

CHANNEL = Channel.CLOUD
SPAN_MS = 31 * 86_400_000
"""How much is read at once: three years of half-hours are not held in memory."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Makes documents; blocks while it reads."""

    reads: MergedRows
    zone: ZoneInfo
    shape: str = OWN

    def documents(
        self, grant: Grant, home: str, meter: str, span: tuple[int, int], now_ms: int
    ) -> Iterator[Document]:
        """Give a meter's documents whose frames meet [start, end), as far as shown.

        A day of half-hours is shown once it is over, whole: so a document is sent
        once, and no Cozy can tell by when it came what happened in it.
        """
        for name in self.reads.meters().get(meter, ()):
            if name not in CATALOGUE:
                continue
            for step in self._steps(grant, meter, CATALOGUE[name]):
                yield from self._of(
                    grant, home, meter, CATALOGUE[name], step, span, now_ms
                )

    def _steps(self, grant: Grant, meter: str, register: Register) -> Sequence[Step]:
        """Give the steps at which a register is told: its consents decide each."""
        if not told(register):
            return ()
        return [
            step
            for step in register.steps
            if any(
                step in steps(one.terms.grain)
                for one in grant.of(
                    meter, register.fluid, register.consent(step), CHANNEL
                )
            )
        ]

    def _of(  # noqa: PLR0913 - for whom, of what, of when
        self,
        grant: Grant,
        home: str,
        meter: str,
        register: Register,
        step: Step,
        span: tuple[int, int],
        now_ms: int,
    ) -> Iterator[Document]:
        calendar = calendar_of(register.fluid, self.zone)
        framed = Step.DAY if step in FINE else step
        if framed is Step.DAY:
            sure_ms = now_ms - grant.behind_ms
            over_ms = closed(Grain.DAY, register.fluid, sure_ms, self.zone)
            span = span[0], min(span[1], over_ms)
        spans = allowed(
            grant, Question(meter, register, step, *span, CHANNEL), now_ms, self.zone
        )
        if span[0] >= span[1] or not spans:
            return
        at_ms = calendar.interval(framed, max(span[0], spans[0][0]))[0]
        last_ms = calendar.interval(framed, min(span[1], spans[-1][1]) - 1)[1]
        while at_ms < last_ms:
            # a year is longer than what is read at once
            until = calendar.interval(framed, at_ms + SPAN_MS)[0]
            until = min(last_ms, max(until, calendar.interval(framed, at_ms)[1]))
            rows = self._rows(grant, meter, register, step, (at_ms, until), now_ms)
            for frame, some in groupby(
                rows, lambda row: calendar.interval(framed, row.start_ms)
            ):
                yield from documents(
                    self.shape, home, register, list(some), frame, self.zone
                )
            at_ms = until

    def _rows(  # noqa: PLR0913 - a question has these dimensions
        self,
        grant: Grant,
        meter: str,
        register: Register,
        step: Step,
        span: tuple[int, int],
        now_ms: int,
    ) -> Iterator[Row]:
        question = Question(meter, register, step, *span, CHANNEL)
        yield from allowed_rows(self.reads, grant, question, now_ms, self.zone)
