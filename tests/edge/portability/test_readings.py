"""`readings.csv` at its edges: nothing to write, and files that are none of ours."""

from __future__ import annotations

from io import StringIO

import pytest

from edge.interval import Interval, Step
from edge.portability.readings import HEAD, Fitted, own_lines, read, said_lines
from edge.portability.refusal import PackRefused
from edge.sample import Quality, Slice
from edge.stores.protocol import IntervalColumns

OF = ("linky", "import_total_wh")
T0 = 1_795_500_000_000
HALF_MS = 1_800_000


def test_of_nothing_nothing_is_written():
    assert own_lines(*OF, Step.MIN30, IntervalColumns(), Fitted()) == ""
    assert said_lines([], Fitted()) == ""


def test_what_is_unknown_has_no_line():
    half = Interval(*OF, Step.MIN30, T0, T0 + HALF_MS, None)
    assert own_lines(*OF, Step.MIN30, IntervalColumns.of([half]), Fitted()) == ""
    taken_back = Slice(*OF, T0, T0 + HALF_MS, None, Quality.RAW, "file:enedis", 0)
    assert said_lines([taken_back], Fitted()) == ""


def test_a_file_of_more_instants_than_are_held_at_once_is_read_whole():
    rows = [
        Interval(*OF, Step.MIN30, T0 + n * HALF_MS, T0 + (n + 1) * HALF_MS, n)
        for n in range(5_000)
    ]
    written = own_lines(*OF, Step.MIN30, IntervalColumns.of(rows), Fitted())
    found = list(read(StringIO(HEAD + written), 0))
    assert [(one.start_ms, one.end_ms, one.value) for one in found] == [
        (one.start_ms, one.end_ms, one.value) for one in rows
    ]


@pytest.mark.parametrize("text", ["", "start,end\n", HEAD.replace("unit", "units")])
def test_a_file_of_other_columns_is_refused(text):
    with pytest.raises(PackRefused, match="other columns"):
        list(read(StringIO(text), 0))
