"""The home's own silences in which another source spoke, as brackets.

Over a silence the home's rows interpolate: their sum is the difference of two indexes,
exactly. Where another source then tells a part of it, what is left for the rest is less
or more than these rows say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.calendar import DAY_MS
from edge.interval import Step
from edge.merging.filling import Piece
from edge.merging.indexes import LONGEST_MS, Bracket
from edge.merging.merged import CURVE_OF, MANY
from edge.merging.pieces import Span, pieces
from edge.rollup.part import sources_of
from edge.sample import Quality
from edge.stores.protocol import IntervalColumns, Said

COARSE = (Step.MONTH, Step.YEAR)


def silent(one: Piece) -> bool:
    """Tell whether it is the home's guess of a time in which nothing was heard."""
    return one.quality is Quality.INTERPOLATED and not (one.known_ms or one.sources)


def mixed(page: IntervalColumns, step: Step) -> list[Span]:
    """Give the spans of a page's rows in which a silence may be told by others.

    A month of the home's own is a difference of indexes, however long it was silent:
    of months, years and what is still open, those alone matter that others had a part
    in.
    """
    found: list[Span] = []
    if page.coverage.count(1.0) == len(page):
        return found
    for at in [at for at, known in enumerate(page.coverage) if known < 1]:
        if page.quality[at] != Quality.INTERPOLATED and step is Step.MIN30:
            continue
        told_by_others = ":" in page.sources[at]
        if not told_by_others and (step in COARSE or not page.revision[at]):
            continue
        start, end = page.start_ms[at], page.end_ms[at]
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


@dataclass(frozen=True, slots=True)
class Silences:
    """Finds the silences of one meter's register."""

    said: Said
    meter: str
    register: str

    def told_by_others(self, spans: Sequence[Span]) -> list[Bracket]:
        """Give the silences that meet spans and that a source spoke within."""
        found: dict[int, Bracket] = {}
        for span in spans:
            if found and max(one.end_ms for one in found.values()) >= span[1]:
                continue
            for run in self._runs(span):
                if run.start_ms not in found and self._told(run):
                    found[run.start_ms] = run
        return list(found.values())

    def _runs(self, span: Span) -> list[Bracket]:
        """Give the whole silences that meet a span, however far they reach."""
        reach = DAY_MS
        while True:
            low, high = span[0] - reach, span[1] + reach
            rows = self.said.interval_columns(
                self.meter, self.register, Step.MIN30, low, high, MANY
            )
            guessed = pieces(rows)
            ends = [*guessed[:1], *guessed[-1:]]
            cut = any(one.quality is Quality.INTERPOLATED for one in ends)
            if not cut or reach > LONGEST_MS:
                break
            reach *= 8
        runs: list[list[Piece]] = []
        for one in guessed:
            if one.quality is not Quality.INTERPOLATED:
                continue
            if runs and runs[-1][-1].end_ms == one.start_ms:
                runs[-1].append(one)
            else:
                runs.append([one])
        return [
            Bracket(
                run[0].start_ms,
                run[-1].end_ms,
                sum(one.value for one in run),
                sources_of(*(one.sources for one in run)),
            )
            for run in runs
            if run[0].start_ms < span[1] and span[0] < run[-1].end_ms
        ]

    def _told(self, run: Bracket) -> bool:
        """Tell whether any source spoke of a time within a silence."""
        names = (self.register, CURVE_OF.get(self.register))
        span = (run.start_ms, run.end_ms, 1)
        return any(
            name is not None and bool(self.said.slices(self.meter, name, *span))
            for name in names
        )
