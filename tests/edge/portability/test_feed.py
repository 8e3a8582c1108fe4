"""What `green_button.xml` leaves out: what it has no code for, and what isn't known."""

from __future__ import annotations

from packed_house import FIRST_MS

from edge.interval import Interval, Step
from edge.portability.green_button import Feed
from edge.registers import CATALOGUE
from edge.stores.protocol import IntervalColumns


def written(name, *values):
    rows = [
        Interval(
            "linky",
            name,
            Step.MIN30,
            FIRST_MS + at * 1_800_000,
            FIRST_MS + (at + 1) * 1_800_000,
            value,
        )
        for at, value in enumerate(values)
    ]
    page = IntervalColumns.of(rows) if rows else IntervalColumns()
    return "".join(
        Feed(FIRST_MS).register("linky", CATALOGUE[name], Step.MIN30, [page])
    )


def test_an_index_without_a_code_is_left_out():
    name = next(name for name in CATALOGUE if name.endswith("_varh"))
    assert CATALOGUE[name].green_button is None
    assert written(name, 1, 2) == ""


def test_rows_of_which_nothing_is_known_make_no_reading():
    assert written("import_total_wh", None, None) == ""
    assert written("import_total_wh", None, 7).count("<IntervalReading>") == 1
