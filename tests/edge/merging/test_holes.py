"""Only where the home's own rows leave holes does another source's curve matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.calendar import DAY_MS, HALF_HOUR_MS, Calendar
from edge.catalogue import Fluid
from edge.interval import Interval, Step
from edge.merging.curve import energy
from edge.merging.holes import holes
from edge.merging.merge import Merge
from edge.merging.merged import merged_columns
from edge.merging.precedence import Purpose
from edge.sample import Quality, Slice, millis
from edge.stores.protocol import IntervalColumns

CURVE, TOTAL = "import_load_curve_w", "import_total_wh"
CALENDAR = Calendar()
FIRST = CALENDAR.interval(Step.DAY, millis(datetime(2026, 3, 27, 12, tzinfo=UTC)))[0]
STEPS = (Step.MIN30, Step.HOUR, Step.DAY, Step.MONTH)
DAYS = (0, 1, 2, 3, 60, 61, 200)  # the first Sunday has 23 hours


@dataclass
class Home:
    """Rows and slices in lists, and how many slices were looked at."""

    rows: list[Interval] = field(default_factory=list)
    told: list[Slice] = field(default_factory=list)
    looked_at: int = 0

    def interval_columns(self, meter, register, step, start_ms, end_ms, limit):
        columns = IntervalColumns()
        for row in sorted(self.rows, key=lambda row: row.start_ms):
            mine = (row.meter, row.register, row.step) == (meter, register, step)
            if mine and start_ms <= row.start_ms < end_ms:
                columns.insert(len(columns), row)
        return columns.first(limit)

    def slices(self, meter, register, start_ms, end_ms, limit):
        found = [
            one
            for one in self.told
            if (one.meter, one.register) == (meter, register)
            and start_ms <= one.start_ms < end_ms
        ]
        self.looked_at += len(found)
        found.sort(key=lambda one: (one.start_ms, one.end_ms, one.origin))
        return found[:limit]


def day_of(at_ms):
    return CALENDAR.interval(Step.DAY, at_ms)


def merged(home, step, span, purpose):
    columns = merged_columns(
        home, CALENDAR, Fluid.ELECTRICITY, ("linky", TOTAL), step, span, 10_000, purpose
    )
    return columns.rows("linky", TOTAL, step)


def looked_through_whole(home, step, span, purpose):
    """Merge with all that was ever said: what the answer must be."""
    everything = [one for one in home.told if one.register == TOTAL]
    curve = [one for one in home.told if one.register == CURVE]
    everything += energy(curve, TOTAL, day_of)
    own = {each: [row for row in home.rows if row.step is each] for each in STEPS}
    merge = Merge("linky", TOTAL, Fluid.ELECTRICITY, CALENDAR, purpose)
    return merge.rows(step, span, own, everything)


def row(step, slot, value, coverage, quality):
    return Interval(
        "linky", TOTAL, step, *slot, value, coverage=coverage, quality=quality
    )


QUALITIES = st.sampled_from(
    [Quality.RAW, Quality.RAW, Quality.ESTIMATED, Quality.CORRECTED, Quality.VALIDATED]
)


@st.composite
def homes(draw):
    home = Home()
    for day in DAYS:
        begin, end = day_of(FIRST + day * DAY_MS + DAY_MS // 2)
        halves = [(at, at + HALF_HOUR_MS) for at in range(begin, end, HALF_HOUR_MS)]
        heard = draw(st.sets(st.integers(0, len(halves) - 1), max_size=6))
        known = draw(st.sampled_from(["all", "some", "none"]))
        for n, slot in enumerate(halves):
            if known == "none" or (known == "some" and n in heard):
                continue
            share = draw(st.sampled_from([1.0] * 9 + [0.5])) if n in heard else 1.0
            quality = draw(QUALITIES) if n in heard else Quality.RAW
            home.rows.append(row(Step.MIN30, slot, 100 + n, share, quality))
        if draw(st.booleans()):
            share = draw(st.sampled_from([1.0, 0.9]))
            home.rows.append(row(Step.DAY, (begin, end), 5_000, share, Quality.RAW))
        for origin in draw(st.sets(st.sampled_from(["tic", "file"]))):
            curve = halves if origin == "tic" else halves[:20]
            home.told += [
                Slice("linky", CURVE, *slot, 333 + n, Quality.RAW, origin, 1)
                for n, slot in enumerate(curve)
            ]
        if draw(st.booleans()):
            quality = draw(QUALITIES)
            home.told.append(
                Slice("linky", TOTAL, begin, end, 7_777, quality, "portal", 1)
            )
    return home


@given(
    homes(),
    st.sampled_from(STEPS),
    st.sampled_from([Purpose.NOW, Purpose.BILL]),
    st.tuples(st.integers(0, 3), st.sampled_from([2, 61, 300])),
)
def test_the_answer_is_that_of_looking_through_everything(home, step, purpose, days):
    span = (FIRST + days[0] * DAY_MS, FIRST + days[1] * DAY_MS)
    assert merged(home, step, span, purpose) == looked_through_whole(
        home, step, span, purpose
    )


@pytest.mark.parametrize("step", [Step.MIN30, Step.DAY])
def test_a_meters_own_curve_is_not_looked_through_where_its_rows_know_all(step):
    home = Home()
    for n in range(48 * 100 - 2):  # a day of 23 hours is among them
        at = FIRST + n * HALF_HOUR_MS
        slot = (at, at + HALF_HOUR_MS)
        home.told.append(Slice("linky", CURVE, *slot, 333, Quality.RAW, "tic", 1))
        home.rows.append(row(Step.MIN30, slot, 166, 1.0, Quality.RAW))
    last = home.told[-1].end_ms
    at = FIRST
    while at < last:
        slot = day_of(at)
        home.rows.append(row(Step.DAY, slot, 8_000, 1.0, Quality.RAW))
        at = slot[1]
    assert len(merged(home, step, (FIRST, at), Purpose.NOW)) >= 100
    assert home.looked_at == 0


def test_holes_near_each_other_are_one_question():
    columns = IntervalColumns()
    for n in (1, 2, 4, 100):
        begin = FIRST + n * DAY_MS
        known = row(Step.DAY, (begin, begin + DAY_MS), 1, 1.0, Quality.RAW)
        columns.insert(len(columns), known)
    assert holes(columns, FIRST, FIRST + 101 * DAY_MS) == [
        (FIRST, FIRST + 100 * DAY_MS)
    ]
