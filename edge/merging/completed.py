"""The merged series with its holes filled from the indexes on either side of each.

Last in precedence: no row that a source knows whole is touched, and where the home's
own rows know everything nothing more is read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import numpy as np

from edge.calendar import Calendar
from edge.catalogue import ConsentClass, Register
from edge.importing.bounds import HOUR_MS, MARGIN, SLACK, SLACK_WH, Flow
from edge.interval import Interval, Step
from edge.merging.filling import Filling, Piece, fill
from edge.merging.holes import left
from edge.merging.indexes import (
    LONGEST_MS,
    NEAR_MS,
    Anchor,
    Bracket,
    anchors,
    brackets,
    by_length,
    covered,
)
from edge.merging.merged import MANY
from edge.merging.pieces import Rows, Span, known, put, together
from edge.merging.silences import COARSE, Silences, mixed, silent
from edge.stores.protocol import IntervalColumns, Said

FINE = (Step.MIN30, Step.HOUR)


class Counter(Protocol):
    """What the home's own counter showed, asked only where there is a hole."""

    def edges(self) -> list[Anchor]:
        """Give what it showed where its rows begin, and where they end."""
        ...

    def changes(self) -> list[int]:
        """Give when another meter was fitted, or counting began anew."""
        ...

    def facts(self, start_ms: int, end_ms: int) -> list[Anchor]:
        """Give indexes in [start, end) that files tell without an amount."""
        ...


@dataclass(frozen=True, slots=True)
class Completion:
    """Completes the merged rows of one meter's register.

    `rows` gives them as they are.
    """

    said: Said
    rows: Rows
    calendar: Calendar
    meter: str
    register: Register
    counter: Counter

    def page(
        self, step: Step, span: Span, limit: int, page: IntervalColumns
    ) -> IntervalColumns:
        """Give a page of merged rows with what can be filled, at most `limit` rows."""
        start, end = span[0], page.reach(span[1], limit)
        if step in FINE and self.register.coarse is ConsentClass.ENERGY_BY_TARIFF:
            return page  # when a tariff counts, time doesn't tell
        holes = holes_of(page, step, start, end)
        quiet = Silences(self.said, self.meter, self.register.name)
        silences = quiet.told_by_others(mixed(page, step))
        near = [*silences, *(self._brackets(holes) if holes else [])]
        fillings, found = self._fillings(step, near, silences)
        if not fillings:
            return page
        of = (self.meter, self.register.name)
        rows: list[Interval] = []
        for slot in self._slots(step, (start, end), fillings):
            at = bisect_left(page.start_ms, slot[0])
            there = at < len(page) and page.start_ms[at] == slot[0]
            if there and page.coverage[at] >= 1 and page.value[at] is not None:
                continue
            row, whole = together(of, step, slot, found, fillings)
            if there:
                rows.append(replace(row, revision=page.revision[at]))
            elif whole or step in COARSE:  # nothing would tell that it is a part
                rows.append(row)
            if len(rows) == limit:
                break  # they come first, and are all that there is room for
        return put(page, rows).first(limit)

    def _fillings(
        self, step: Step, brackets: Sequence[Bracket], silences: Sequence[Bracket]
    ) -> tuple[list[Filling], list[Piece]]:
        """Give what fills a page's holes, and the pieces that it stands beside.

        In `silences`, which are among the brackets, the home's guesses are no pieces.
        """
        spans = sorted((one.start_ms, one.end_ms) for one in silences)
        fillings: list[Filling] = []
        found: list[Piece] = []
        for region, near in self._regions(step, brackets):
            cuts = {at for one in near for at in (one.start_ms, one.end_ms)}
            pieces, opaque = known(
                self.rows,
                self.calendar,
                region,
                cuts,
                lambda one: silent(one) and _meets(spans, one.start_ms, one.end_ms),
            )
            fillings += fill(near, pieces, opaque)
            found += pieces
        return fillings, found

    def _regions(
        self, step: Step, near: Sequence[Bracket]
    ) -> list[tuple[Span, list[Bracket]]]:
        """Part brackets by the intervals that they meet, in order and apart."""
        regions: list[tuple[Span, list[Bracket]]] = []
        for one in sorted(near, key=lambda one: one.start_ms):
            if regions and one.end_ms <= regions[-1][0][1]:
                regions[-1][1].append(one)
                continue
            low = self.calendar.interval(step, one.start_ms)[0]
            high = self.calendar.interval(step, one.end_ms - 1)[1]
            if regions and low < regions[-1][0][1]:
                (first, last), some = regions[-1]
                regions[-1] = ((first, max(last, high)), [*some, one])
            else:
                regions.append(((low, high), [one]))
        return [(span, sorted(some, key=by_length)) for span, some in regions]

    def _brackets(self, holes: Sequence[Span]) -> list[Bracket]:
        """Give the brackets that meet holes, and whose amount can have flowed.

        First those of indexes near by, which most sources tell each day.
        """
        near = self._around(holes, NEAR_MS)
        near = [one for one in near if one.single]
        met = [hole for hole in holes if covered(near, *hole)]
        left = [hole for hole in holes if hole not in met]
        found = [one for one in near if _meets(met, one.start_ms, one.end_ms)]
        far = self._around(left, LONGEST_MS) if left else []
        return list({*found, *far})

    def _around(self, holes: Sequence[Span], reach_ms: int) -> list[Bracket]:
        """Give the brackets of indexes that lie within reach of holes."""
        edges: list[Anchor] | None = None
        found: list[Bracket] = []
        for low, high in _joined(holes, reach_ms):
            told = self.said.slices(self.meter, self.register.name, low, high, MANY)
            showed = [*anchors(told), *self.counter.facts(low, high)]
            if not showed:
                continue
            if edges is None:
                edges = self.counter.edges()
            showed += [one for one in edges if low <= one.at_ms <= high]
            found += brackets(showed, self.counter.changes())
        return [
            one
            for one in found
            if _meets(holes, one.start_ms, one.end_ms) and self._flows(one)
        ]

    def _flows(self, one: Bracket) -> bool:
        """Tell whether so much can have been counted in the time."""
        most = Flow().most_an_hour(self.register)
        slack = SLACK.get(self.register.power or "", SLACK_WH)
        return most is None or (
            one.total <= MARGIN * most * one.length_ms / HOUR_MS + slack
        )

    def _slots(
        self, step: Step, span: Span, fillings: Sequence[Filling]
    ) -> Iterator[Span]:
        """Give the intervals that start in `span` and have something filled."""
        seen: set[int] = set()
        for a, b in sorted(one for filling in fillings for one in filling.spans):
            low, high = max(a, span[0]), min(b, span[1])
            if a >= span[1] or b <= span[0] or low >= high:
                continue
            edges = self.calendar.boundaries(step, low, high).tolist()
            for slot in pairwise(edges):
                if span[0] <= slot[0] < span[1] and slot[0] not in seen:
                    seen.add(slot[0])
                    yield slot


def holes_of(page: IntervalColumns, step: Step, start: int, end: int) -> list[Span]:
    """Give what a page's rows leave unknown of [start, end); what is open is none.

    A half-hour of which something is known is as well known as it will be.
    """
    if _unbroken(page, start, end):
        return []
    coverage = np.array(page.coverage)
    known = coverage >= 1 if step is not Step.MIN30 else coverage >= 0
    known |= np.array(page.revision) == 0
    if len(page) and page.revision[-1] == 0:
        end = min(end, page.end_ms[-1])  # what comes after it is to come
    return left(page, known, start, end)


def _unbroken(page: IntervalColumns, start: int, end: int) -> bool:
    """Tell at once, of the usual page, that its rows know everything."""
    return (
        len(page) > 0
        and page.start_ms[0] <= start
        and (page.end_ms[-1] >= end or page.revision[-1] == 0)
        and page.coverage.count(1.0) >= len(page) - (page.revision[-1] == 0)
        and page.start_ms[1:] == page.end_ms[:-1]
        and None not in page.value
    )


def _joined(holes: Sequence[Span], reach_ms: int) -> list[Span]:
    """Widen holes, and join those that meet then."""
    spans: list[Span] = []
    for start, end in holes:
        low, high = start - reach_ms, end + reach_ms
        if spans and low <= spans[-1][1]:
            spans[-1] = (spans[-1][0], high)
        else:
            spans.append((low, high))
    return spans


def _meets(spans: Sequence[Span], start: int, end: int) -> bool:
    """Tell whether [start, end) meets one of the spans, which are in order."""
    at = bisect_left(spans, end, key=lambda span: span[0])
    return at > 0 and spans[at - 1][1] > start
