"""A period that is not over has no gap yet."""

from __future__ import annotations

from edge.calendar import DAY_MS, Calendar
from edge.interval import Step
from edge.reconciling.report import reconcile
from edge.stores.protocol import IntervalColumns

CALENDAR = Calendar()
START, END = CALENDAR.interval(Step.DAY, 1_792_870_000_000)


class Silent:
    """A home in which nothing was ever said."""

    def slices(self, *_):
        return []

    def interval_columns(self, *_):
        return IntervalColumns()


def gaps(now_ms):
    of = ("linky", "import_total_wh")
    span = (START, START + DAY_MS)
    return reconcile(
        Silent(), Silent().interval_columns, CALENDAR, of, Step.DAY, span, now_ms
    ).gaps


def test_a_day_that_goes_on_is_no_gap():
    assert gaps(END - 1) == ()


def test_a_day_that_is_over_and_of_which_nothing_is_known_is_one():
    (gap,) = gaps(END)
    assert (gap.start_ms, gap.end_ms) == (START, END)
