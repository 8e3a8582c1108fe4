"""Where the home can't tell for sure what its counter showed, it tells nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

import pytest

from edge.calendar import HOUR_MS, Calendar
from edge.interval import Interval, Step
from edge.merging.counter import OwnCounter
from edge.sample import Quality, Sample
from edge.stores.protocol import IntervalColumns

AT = 1_792_870_000_000
TOTAL = "import_total_wh"
LAST = Sample("linky", AT + HOUR_MS, {TOTAL: 5_000})
YEAR = Interval("linky", TOTAL, Step.YEAR, AT, AT + HOUR_MS, 300)
HALF = Interval("linky", TOTAL, Step.MIN30, AT, AT + HOUR_MS // 2, 300)


@dataclass
class Told:
    """A home that says what it is given: a last sample, a year, a half-hour."""

    last: Sample = field(default_factory=lambda: LAST)
    years: list[Interval] = field(default_factory=lambda: [YEAR])
    halves: list[Interval] = field(default_factory=lambda: [HALF])

    def last_sample(self, _meter):
        return self.last

    def corrections(self, _meter):
        return []

    def baselines(self, _meter):
        return []

    def interval_columns(self, _meter, _register, step, *_):
        rows = self.years if step is Step.YEAR else self.halves
        return IntervalColumns.of(rows) if rows else IntervalColumns()


class Committing(Told):
    """A home into which something is committed whenever it is asked."""

    def __init__(self):
        super().__init__()
        self._after = count(1)

    def last_sample(self, _meter):
        return replace(LAST, at_ms=LAST.at_ms + next(self._after))


def edges(home):
    return OwnCounter(home, Calendar(), "linky", TOTAL).edges()


def test_it_is_told_where_all_is_known():
    assert [one.index for one in edges(Told())] == [4_700, 5_000]


@pytest.mark.parametrize(
    "home",
    [
        pytest.param(Committing(), id="rows that change while they are read"),
        pytest.param(Told(last=Sample("linky", AT, {})), id="no index shown last"),
        pytest.param(Told(years=[]), id="no year"),
        pytest.param(Told(years=[replace(YEAR, value=None)]), id="a year unknown"),
        pytest.param(
            Told(years=[replace(YEAR, quality=Quality.CORRECTED)]), id="corrected"
        ),
        pytest.param(Told(halves=[]), id="no half-hour"),
    ],
)
def test_it_is_not_told_of(home):
    assert edges(home) == []
