"""The home's own counter: what it showed where its rows begin, and where they end.

Rows are differences of indexes: what the counter showed first is what it shows now less
all that its rows say, however long its first readings are gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from edge.calendar import Calendar
from edge.facts import Fact, FactKind
from edge.interval import Step
from edge.merging.indexes import Anchor
from edge.merging.merged import MANY
from edge.record import Baseline, Correction
from edge.sample import Quality, Sample
from edge.stores.protocol import Said

EVER = 1 << 53
TRIES = 3
SET = "set_index"
"""Why a baseline is, where the owner set a count by the dial (edge/gate/counting)."""


class Home(Said, Protocol):
    """Rows, the last reading, and the owner's words on what was counted."""

    def last_sample(self, meter: str) -> Sample | None:
        """Give the last committed sample of a meter's own."""
        ...

    def baselines(self, meter: str) -> Sequence[Baseline]:
        """Give a meter's baselines, oldest record first."""
        ...

    def corrections(self, meter: str) -> Sequence[Correction]:
        """Give the owner's corrections of a meter, oldest record first."""
        ...

    def facts(self, meter: str, start_ms: int, end_ms: int) -> list[Fact]:
        """Give the dated facts of a meter that meet [start, end), in time order."""
        ...


@dataclass(frozen=True, slots=True)
class OwnCounter:
    """One meter's register, as the home counts it."""

    home: Home
    calendar: Calendar
    meter: str
    register: str

    def facts(self, start_ms: int, end_ms: int) -> list[Anchor]:
        """Give indexes that files tell without an amount."""
        return [
            Anchor(one.start_ms, shown, one.origin)
            for one in self._facts(FactKind.INDEX, start_ms, end_ms)
            if isinstance(shown := one.detail.get("value"), int)
        ]

    def changes(self) -> list[int]:
        """Give when another meter was fitted, or an index was set to begin anew.

        A count of ours that the owner set by the dial is no other meter.
        """
        anew = self._facts(FactKind.ANEW, 0, EVER)
        return [
            *(one.at_ms for one in self._baselines() if one.reason != SET),
            *(one.start_ms if one.end_ms is None else one.end_ms for one in anew),
        ]

    def _facts(self, kind: FactKind, start_ms: int, end_ms: int) -> list[Fact]:
        return [
            one
            for one in self.home.facts(self.meter, start_ms, end_ms)
            if one.kind is kind and one.detail.get("register") == self.register
        ]

    def edges(self) -> list[Anchor]:
        """Give the first index and the last; none where they can't be told for sure.

        A correction of the owner changes rows, and no index.
        """
        corrected = self.home.corrections(self.meter)
        if any(one.register == self.register for one in corrected):
            return []
        for _ in range(TRIES):
            before = self.home.last_sample(self.meter)
            if before is None:
                return []
            found = self._edges(before)
            after = self.home.last_sample(self.meter)
            if after is not None and after.at_ms == before.at_ms:
                return found  # nothing was committed meanwhile
        return []

    def _edges(self, last: Sample) -> list[Anchor]:
        shows = last.values.get(self.register)
        if not isinstance(shows, int):
            return []
        of = (self.meter, self.register)
        years = self.home.interval_columns(*of, Step.YEAR, 0, EVER, MANY)
        values = [value for value in years.value if value is not None]
        if not values or len(values) < len(years):
            return []
        if Quality.CORRECTED in years.quality:
            return []
        since, until = years.start_ms[0], years.end_ms[-1]
        first = self.home.interval_columns(*of, Step.MIN30, since, until, 1)
        if not len(first):
            return []
        end = self.calendar.interval(Step.MIN30, last.at_ms)[1]
        told = [Anchor(end, shows, last.origin)]
        offset = self._offset()
        if offset is not None:
            began = shows + offset - sum(values)
            told.insert(0, Anchor(first.start_ms[0], began, last.origin))
        return told

    def _baselines(self) -> list[Baseline]:
        return [
            one
            for one in self.home.baselines(self.meter)
            if self.register in one.offsets
        ]

    def _offset(self) -> int | None:
        """Give what the index shows less now than it would had it never begun anew.

        None where a count was set by the dial: what had been missed by then is in no
        row, and must not be taken for what went through before the first.
        """
        found = self._baselines()
        if any(one.reason == SET for one in found):
            return None
        last = max(found, key=lambda one: one.at_ms, default=None)
        return 0 if last is None else last.offsets[self.register]
