"""The merged series of a home: whoever speaks, what is filled, what is converted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

from edge.calendar import Calendar, calendar_of
from edge.facts import Fact
from edge.interval import Step
from edge.merging.civil import CUT_BY_DAY, civil_columns
from edge.merging.completed import Completion
from edge.merging.converted import ENERGY, Converted
from edge.merging.counter import OwnCounter
from edge.merging.merged import MANY, merged_columns
from edge.merging.peaks import Peaks, peak_columns
from edge.merging.pieces import Rows
from edge.merging.precedence import Purpose
from edge.reconciling.report import Report, reconcile
from edge.record import Baseline, Correction
from edge.roller.roller import Counting
from edge.sample import Sample, Slice
from edge.stores.protocol import IntervalColumns

MOST = 60_000


class MergedSeries(ABC):
    """Answers out of all sources, given what each of them said. Every method blocks."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    @abstractmethod
    def interval_columns(  # noqa: PLR0913 - a query has these six dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int = MOST,
    ) -> IntervalColumns:
        """Give the home's own rows, the open ones at the end."""

    @abstractmethod
    def slices(
        self,
        meter: str,
        register: str,
        start_ms: int,
        end_ms: int,
        limit: int = MOST,
    ) -> list[Slice]:
        """Give what sources said of periods."""

    @abstractmethod
    def last_sample(self, meter: str) -> Sample | None:
        """Give the last committed sample of a meter's own."""

    @abstractmethod
    def baselines(self, meter: str) -> Sequence[Baseline]:
        """Give a meter's baselines, oldest record first."""

    @abstractmethod
    def corrections(self, meter: str) -> Sequence[Correction]:
        """Give the owner's corrections of a meter, oldest record first."""

    @abstractmethod
    def facts(self, meter: str, start_ms: int, end_ms: int) -> list[Fact]:
        """Give the dated facts of a meter that meet [start, end), in time order."""

    def _for_one_question(self) -> Self:
        """Give what answers the same, and needn't find out twice within a question."""
        return self

    def merged_columns(  # noqa: PLR0913 - a query has these dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int = MOST,
        purpose: Purpose = Purpose.NOW,
    ) -> IntervalColumns:
        """Give the same rows, with what other sources said where the meter didn't."""
        known = self._counting.catalogue
        if register in known and known[register].peak:
            span = (start_ms, end_ms)
            return self.peak_columns(meter, register, step, span, limit, purpose)
        if step is Step.MIN1 or register not in known or not known[register].monotonic:
            return self.interval_columns(meter, register, step, start_ms, end_ms, limit)
        asked_of = self._for_one_question()
        fluid = known[register].fluid
        calendar = calendar_of(fluid, self._counting.zone)
        span = (start_ms, end_ms)
        of = (meter, register)

        def rows(step: Step, start_ms: int, end_ms: int) -> IntervalColumns:
            asked = (of, step, (start_ms, end_ms), MANY, purpose)
            return merged_columns(asked_of, calendar, fluid, *asked)

        page = merged_columns(asked_of, calendar, fluid, of, step, span, limit, purpose)
        if register == ENERGY:
            energy = asked_of._energy(meter, calendar, rows)  # noqa: SLF001 - ours
            return energy.page(step, span, limit, page)
        counter = OwnCounter(asked_of, calendar, meter, register)
        holes = Completion(asked_of, rows, calendar, meter, known[register], counter)
        return holes.page(step, span, limit, page)

    def peak_columns(  # noqa: PLR0913 - same
        self,
        meter: str,
        register: str,
        step: Step,
        span: tuple[int, int],
        limit: int,
        purpose: Purpose | None,
    ) -> IntervalColumns:
        """Give the largest of days or more; `purpose` None: by the own meter alone."""
        known = self._counting.catalogue[register]
        calendar = calendar_of(known.fluid, self._counting.zone)
        peaks = Peaks(meter, known, calendar, purpose)
        return peak_columns(self, peaks, step, span, limit)

    def civil_columns(  # noqa: PLR0913 - same
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int = MOST,
        purpose: Purpose | None = Purpose.NOW,
    ) -> IntervalColumns:
        """Give rows by civil days where a fluid's own run otherwise, as gas days do.

        `purpose` None has the home's own meter alone.
        """

        def rows(step: Step, start_ms: int, end_ms: int) -> IntervalColumns:
            asked = (meter, register, step, start_ms, end_ms, MANY)
            if purpose is None:
                return self.interval_columns(*asked)
            return self.merged_columns(*asked, purpose)

        if step not in CUT_BY_DAY:
            return rows(step, start_ms, end_ms).first(limit)
        calendar = Calendar(self._counting.zone)
        of, span = (meter, register), (start_ms, end_ms)
        return civil_columns(rows, calendar, of, step, span).first(limit)

    def reconciled(  # noqa: PLR0913 - a question has these dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        now_ms: int,
    ) -> Report:
        """Compare an index's sources over a span; list the gaps of a step.

        Raises UnknownRegister, and ValueError for what is no index.
        """
        known = self._counting.catalogue[register]
        if not known.monotonic:
            raise ValueError(f"{register} is no index")

        def merged(step: Step, start_ms: int, end_ms: int) -> IntervalColumns:
            return self.merged_columns(meter, register, step, start_ms, end_ms, MANY)

        calendar = calendar_of(known.fluid, self._counting.zone)
        span = (start_ms, end_ms)
        of = (meter, register)
        if register != ENERGY:
            return reconcile(self, merged, calendar, of, step, span, now_ms)
        energy = self._energy(meter, calendar, merged)

        def halves(start_ms: int, end_ms: int) -> IntervalColumns:
            own = (meter, register, Step.MIN30, start_ms, end_ms, MANY)
            rows = self.interval_columns(*own)
            return rows if len(rows) else energy.halves((start_ms, end_ms))

        return reconcile(self, merged, calendar, of, step, span, now_ms, halves)

    def _energy(self, meter: str, calendar: Calendar, rows: Rows) -> Converted:
        worth = self._counting.conversions.get(meter, ())
        return Converted(self, rows, calendar, meter, worth)
