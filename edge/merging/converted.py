"""The energy of gas that the home counted itself, until GRDF says its own figure.

Litres by the coefficient in force on their gas day, `estimated`, of the home's own rows
alone: an operator's rounded m³ are never converted. A coefficient counts from its own
day on, so that a later one changes nothing before it. What GRDF says of a day, be it
an estimate, takes the place of ours as soon as it is there, since both are merged when
they are read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from edge.calendar import Calendar, Instants
from edge.config.conversion import Dated
from edge.interval import Interval, Step
from edge.merging.completed import holes_of
from edge.merging.filling import Piece
from edge.merging.merged import MANY
from edge.merging.pieces import Rows, Span, gathered, known, pieces, put, together
from edge.rollup.part import sources_of
from edge.sample import RANK, Slice, utc
from edge.stores.protocol import IntervalColumns, Said
from gazpar.coefficients import LITRES, Coefficients

VOLUME, CONVERSION, ENERGY = "gas_volume_l", "gas_conversion_wh_m3", "gas_energy_wh"
ORIGIN = "converted"
EVER = 1 << 53


@dataclass(frozen=True, slots=True)
class Converted:
    """Completes the merged energy of one gas meter; `configured` where no file says."""

    said: Said
    rows: Rows
    calendar: Calendar
    meter: str
    configured: Dated

    def page(
        self, step: Step, span: Span, limit: int, page: IntervalColumns
    ) -> IntervalColumns:
        """Give a page of merged rows with what can be converted, at most `limit`."""
        start, end = span[0], page.reach(span[1], limit)
        holes = holes_of(page, step, start, end)
        counted = self._counted() if holes else None
        if counted is None:
            return page
        low, high = max(holes[0][0], counted[0]), min(holes[-1][1], counted[1])
        if low >= high:
            return page
        if step is Step.MIN30 and not len(page):
            return self.halves((max(low, start), min(high, end))).first(limit)
        low = self.calendar.interval(step, low)[0]
        high = self.calendar.interval(step, high - 1)[1]
        if step is Step.HOUR and not len(page):
            return self._hours((max(low, start), min(high, end))).first(limit)
        found = self._pieces(step, (low, high))
        rows: list[Interval] = []
        for slot in self._slots(step, (start, end), found):
            at = bisect_left(page.start_ms, slot[0])
            there = at < len(page) and page.start_ms[at] == slot[0]
            if there and page.coverage[at] >= 1 and page.value[at] is not None:
                continue
            row, _ = together((self.meter, ENERGY), step, slot, found)
            rows.append(row)
            if len(rows) == limit:
                break  # they come first, and are all that there is room for
        return put(page, rows).first(limit)

    def _counted(self) -> Span | None:
        """Give from when to when the home counted litres; None: never."""
        years = self.said.interval_columns(self.meter, VOLUME, Step.YEAR, 0, EVER, MANY)
        return (years.start_ms[0], years.end_ms[-1]) if len(years) else None

    def _pieces(self, step: Step, span: Span) -> list[Piece]:
        """Give what is known of a span: days that a source says, else half-hours."""

        def rows(wanted: Step, start_ms: int, end_ms: int) -> IntervalColumns:
            found = self.rows(wanted, start_ms, end_ms)
            if wanted is not Step.MIN30:
                return found
            ours = self.halves((start_ms, end_ms))
            if not len(found):
                return ours
            said = {
                at
                for at, value in zip(found.start_ms, found.value, strict=True)
                if value is not None
            }
            more = ours.rows(self.meter, ENERGY, Step.MIN30)
            return put(found, [one for one in more if one.start_ms not in said])

        if step in (Step.MIN30, Step.HOUR):
            return pieces(rows(Step.MIN30, *span))
        return known(rows, self.calendar, span)[0]

    def _hours(self, span: Span) -> IntervalColumns:
        """Give the energy of the hours that start in a span, of which none is told."""
        until = self.calendar.interval(Step.HOUR, span[1] - 1)[1]
        halves = self.halves((span[0], until))
        edges = self.calendar.boundaries(Step.HOUR, *span).tolist()
        rows = [
            row
            for slot in pairwise(edges)
            if slot[0] >= span[0]
            and (row := gathered((self.meter, ENERGY), Step.HOUR, slot, halves))
        ]
        return put(IntervalColumns(), rows)

    def halves(self, span: Span) -> IntervalColumns:
        """Give the energy of the home's half-hours, floored on the sum of a gas day."""
        first = self.calendar.interval(Step.DAY, span[0])[0]
        litres = self.said.interval_columns(
            self.meter, VOLUME, Step.MIN30, first, span[1], MANY
        )
        if not len(litres):
            return IntervalColumns()
        starts = np.array(litres.start_ms, dtype=np.int64)
        days = self.calendar.boundaries(Step.DAY, first, int(starts[-1]) + 1)
        day = np.searchsorted(days, starts, side="right") - 1
        worth = self._coefficients(span[1])
        told = [worth(_date(self.calendar, at)) for at in days[:-1].tolist()]
        known = np.array([one is not None for one in told])[day]
        known &= np.array([value is not None for value in litres.value])
        wh_m3 = np.array([one or 0 for one in told], dtype=np.int64)[day]
        counted = np.array([value or 0 for value in litres.value], dtype=np.int64)
        thousandths = np.where(known, counted * wh_m3, 0)
        sums = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(thousandths)))
        before = sums[:-1] - sums[starts.searchsorted(days)[day]]
        after = before + thousandths
        energy_wh = after // LITRES - before // LITRES
        return _columns(litres, energy_wh, known & (starts >= span[0]))

    def _coefficients(self, end_ms: int) -> Worth:
        said = self.said.slices(self.meter, CONVERSION, 0, end_ms, MANY)
        return Worth(coefficients(said, self.calendar), Coefficients(self.configured))

    def _slots(self, step: Step, span: Span, found: Sequence[Piece]) -> Iterable[Span]:
        """Give the intervals that start in `span` and that pieces speak of."""
        if not found:
            return
        edges = self.calendar.boundaries(
            step, max(found[0].start_ms, span[0]), min(found[-1].end_ms, span[1])
        ).tolist()
        for slot in pairwise(edges):
            if not span[0] <= slot[0] < span[1]:
                continue
            at = bisect_left(found, slot[0], key=lambda one: one.start_ms)
            if at < len(found) and found[at].end_ms <= slot[1]:
                yield slot


@dataclass(frozen=True, slots=True)
class Worth:
    """Wh a m³ on a day: GRDF's word, else the configuration's."""

    said: Coefficients
    configured: Coefficients

    def __call__(self, day: date) -> int | None:
        """Give it; None where neither says."""
        found = self.said.on(day)
        return self.configured.on(day) if found is None else found


def coefficients(said: Iterable[Slice], calendar: Calendar) -> Coefficients:
    """Give GRDF's coefficients, each from the gas day that its period begins.

    Of two of one day the better known counts, then the one received last.
    """
    told = [one for one in said if one.value]
    told.sort(key=lambda one: (RANK[one.quality], one.received_ms))
    return Coefficients(
        tuple((_date(calendar, one.start_ms), one.value or 0) for one in told)
    )


def _date(calendar: Calendar, at_ms: int) -> date:
    return utc(at_ms).astimezone(calendar.zone).date()


def _columns(
    litres: IntervalColumns, energy_wh: Instants, told: NDArray[np.bool_]
) -> IntervalColumns:
    """Give the rows of energy that are told, as good as their litres' but estimated."""
    places = np.flatnonzero(told).tolist()
    sources = {one: sources_of(ORIGIN, one) for one in set(litres.sources)}
    nothing: list[int | None] = [None] * len(places)
    means: list[float | None] = [None] * len(places)
    return IntervalColumns(
        start_ms=[litres.start_ms[at] for at in places],
        end_ms=[litres.end_ms[at] for at in places],
        value=energy_wh[told].tolist(),
        minimum=nothing,
        mean=means,
        maximum=list(nothing),
        coverage=[litres.coverage[at] for at in places],
        quality=[
            "interpolated" if litres.quality[at] == "interpolated" else "estimated"
            for at in places
        ],
        sources=[sources[litres.sources[at]] for at in places],
        revision=[litres.revision[at] for at in places],
    )
