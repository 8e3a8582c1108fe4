"""Calls to InfluxDB, and the newest of the rows that go there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.errors import StoreDown
from edge.interval import Interval, Step
from edge.stores.influx.calls import Calls
from edge.stores.influx.intervals import newest

ROW = Interval("linky", "import_total_wh", Step.DAY, 0, 86_400_000, 5, revision=2)


def test_once_hung_up_for_good_nothing_is_called_any_more():
    calls, called = Calls(), []
    calls.hang_up()
    calls.run(lambda: called.append("after a pause"))
    calls.hang_up(for_good=True)
    with pytest.raises(StoreDown):
        calls.run(lambda: called.append("after the end"))
    assert called == ["after a pause"]


def test_an_older_revision_does_not_replace_a_newer_one():
    older, again = replace(ROW, value=4, revision=1), replace(ROW, value=6)
    assert list(newest([ROW, older]).values()) == [ROW]
    assert list(newest([ROW, again]).values()) == [again]
