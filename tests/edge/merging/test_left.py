"""A row that has no value is a hole, however whole it says it is."""

from __future__ import annotations

from edge.interval import Interval, Step
from edge.merging.holes import holes
from edge.stores.protocol import IntervalColumns

HALF = 1_800_000


def test_a_row_without_a_value_is_a_hole():
    rows = IntervalColumns.of(
        Interval(
            "linky", "import_total_wh", Step.MIN30, at * HALF, (at + 1) * HALF, value
        )
        for at, value in enumerate([7, None, 7])
    )
    assert set(rows.coverage) == {1}
    assert holes(rows, 0, 3 * HALF) == [(HALF, 2 * HALF)]
