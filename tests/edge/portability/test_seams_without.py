"""Hours to years around a seam: what isn't there, or has no parts, is let be."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from edge.calendar import HOUR_MS, Calendar
from edge.interval import Interval, Step
from edge.portability.seams import summed
from edge.stores.protocol import IntervalColumns

OF = ("linky", "import_total_wh")
T0 = 1_795_500_000_000 // HOUR_MS * HOUR_MS


class Kept:
    """A store of some rows."""

    def __init__(self, *rows):
        self._rows = rows

    def interval_columns(self, meter, register, step, start_ms, end_ms, limit):
        assert (meter, register) == OF
        found = [
            one
            for one in self._rows
            if one.step is step and start_ms <= one.start_ms < end_ms
        ]
        return IntervalColumns.of(found[:limit]) if found else IntervalColumns()


@pytest.mark.parametrize(
    "rows",
    [(), (Interval(*OF, Step.HOUR, T0, T0 + HOUR_MS, 5, coverage=0.5),)],
    ids=["nothing stands", "an hour stands without its halves"],
)
def test_nothing_is_summed_anew_out_of_nothing(rows):
    calendar = Calendar(ZoneInfo("Europe/Paris"))
    assert summed(Kept(*rows), calendar, OF, T0) == []
