"""Any holes between any indexes: exact sums, nothing known touched, pages that meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.calendar import DAY_MS, HOUR_MS, calendar_of
from edge.catalogue import Fluid
from edge.interval import Step
from edge.merging.completed import Completion
from edge.merging.indexes import Anchor
from edge.merging.merged import merged_columns
from edge.merging.precedence import Purpose
from edge.registers import CATALOGUE
from edge.sample import Quality, Slice, millis
from edge.stores.protocol import IntervalColumns

PARIS = ZoneInfo("Europe/Paris")
GAS = calendar_of(Fluid.GAS, PARIS)
VOLUME = "gas_volume_l"
OF = ("gas", VOLUME)
EVER = 1 << 50


@dataclass
class Home:
    """What files said, and what they tell besides."""

    told: list[Slice] = field(default_factory=list)
    shown: list[Anchor] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)

    def interval_columns(self, *_asked):
        return IntervalColumns()

    def slices(self, _meter, register, start_ms, end_ms, limit):
        found = [
            one
            for one in self.told
            if one.register == register and start_ms <= one.start_ms < end_ms
        ]
        return sorted(found, key=lambda one: (one.start_ms, one.end_ms))[:limit]

    def facts(self, start_ms, end_ms):
        return [one for one in self.shown if start_ms <= one.at_ms < end_ms]

    def edges(self):
        return []

    def changes(self):
        return self.changed

    def base(self, step, start_ms, end_ms, limit=1 << 20):
        span = (start_ms, end_ms)
        asked = (GAS, Fluid.GAS, OF, step, span, limit, Purpose.NOW)
        return merged_columns(self, *asked)

    def rows(self, step, start_ms=0, end_ms=EVER, limit=1 << 20):
        completion = Completion(self, self.base, GAS, "gas", CATALOGUE[VOLUME], self)
        span = (start_ms, end_ms)
        page = self.base(step, *span, limit)
        return completion.page(step, span, limit, page)


@st.composite
def homes(draw):
    """Give days around a change of clock, some untold, some told without an index."""
    first = millis(
        datetime.fromisoformat(
            draw(st.sampled_from(["2026-03-25", "2026-10-21"]))
        ).replace(tzinfo=PARIS)
    )
    count = draw(st.integers(2, 12))
    edges = GAS.boundaries(Step.DAY, first, first + (count - 1) * DAY_MS + HOUR_MS)
    slots = list(pairwise(edges.tolist()))
    index, home, counted = 10_000_000, Home(), []
    for slot in slots:
        value = draw(st.integers(0, 30_000))
        index += value
        counted.append((slot, value, index))
        known = draw(st.sampled_from(["whole", "whole", "amount", "nothing", "index"]))
        if known in ("whole", "amount"):
            end = index if known == "whole" else None
            home.told.append(
                Slice("gas", VOLUME, *slot, value, Quality.RAW, "file:grdf", 1, end)
            )
        if known == "index":
            home.shown.append(Anchor(slot[1], index, "file:grdf"))
    return home, counted


@settings(max_examples=60, deadline=None)
@given(homes())
def test_between_any_two_indexes_the_sum_is_what_they_differ_by(made):
    home, counted = made
    ends = [
        (slot[1], index)
        for slot, _, index in counted
        if any(one.index_end and one.end_ms == slot[1] for one in home.told)
        or any(one.at_ms == slot[1] for one in home.shown)
    ]
    days = home.rows(Step.DAY)
    values = dict(zip(days.start_ms, days.value, strict=True))
    for (a, before), (b, after) in pairwise(ends):
        inside = [slot[0] for slot, _, _ in counted if a <= slot[0] < b]
        assert sum(values[start] for start in inside) == after - before
    # what a file said stands as it said it
    for one in home.told:
        assert values[one.start_ms] == one.value
    halves = home.rows(Step.MIN30)
    for start, end, value, coverage in zip(
        days.start_ms, days.end_ms, days.value, days.coverage, strict=True
    ):
        inside = [
            part
            for part, at in zip(halves.value, halves.start_ms, strict=True)
            if start <= at < end
        ]
        assert coverage == (0.0 if inside else 1.0)
        assert not inside or sum(inside) == value
    months = home.rows(Step.MONTH)
    assert sum(months.value) == sum(days.value)


@settings(max_examples=40, deadline=None)
@given(homes(), st.integers(1, 9), st.sampled_from([Step.MIN30, Step.HOUR, Step.DAY]))
def test_pages_of_any_length_are_the_whole_cut(made, limit, step):
    home, _ = made
    limit *= 1 if step is Step.DAY else 9
    whole = home.rows(step).rows(*OF, step)
    found, after = [], 0
    while len(page := home.rows(step, after, EVER, limit)):
        found += page.rows(*OF, step)
        after = page.start_ms[-1] + 1
    assert found == whole


@settings(max_examples=40, deadline=None)
@given(homes())
def test_an_exchange_leaves_its_hole_unknown(made):
    home, counted = made
    home.changed = [slot[0] + 1 for slot, _, _ in counted]
    assert home.rows(Step.DAY) == home.base(Step.DAY, 0, EVER)
