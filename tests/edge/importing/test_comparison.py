"""What a file would change among what the home measured itself."""

from __future__ import annotations

import pytest

from edge.importing import comparison
from edge.importing.comparison import HALF_MS, measured
from edge.interval import Interval, Step
from edge.sample import Quality, Slice
from edge.stores.protocol import IntervalColumns


class Home:
    """Half-hours of 100 Wh each; the third is known in part, the fourth not at all."""

    def interval_columns(self, meter, register, step, start_ms, end_ms, limit):
        assert step is Step.MIN30
        rows = []
        for n in range(8):
            at = n * HALF_MS
            if not start_ms <= at < end_ms:
                continue
            value, share = {2: (40, 0.4), 3: (None, 0.0)}.get(n, (100, 1.0))
            rows.append(
                Interval(meter, register, step, at, at + HALF_MS, value, coverage=share)
            )
        return IntervalColumns.of(rows[:limit])


def said(register, first, last, value):
    span = (first * HALF_MS, last * HALF_MS)
    return Slice("linky", register, *span, value, Quality.RAW, "file:x", 1)


@pytest.fixture(params=[1, 3, 8, 1000])
def page(request, monkeypatch):
    monkeypatch.setattr(comparison, "PAGE", request.param)


@pytest.mark.usefixtures("page")
def test_periods_that_the_home_knows_whole_are_compared_however_it_is_paged():
    some = [said("import_total_wh", 0, 2, 200), said("import_total_wh", 4, 8, 390)]
    (found,) = measured(Home(), some)
    assert (found.file, found.home) == (590, 600)
    assert found.differing == 1


@pytest.mark.usefixtures("page")
def test_a_curve_is_compared_as_energy_and_roundings_are_no_difference():
    (found,) = measured(Home(), [said("import_load_curve_w", 0, 1, 201)])
    assert (found.file, found.home, found.differing) == (100, 100, 0)


def test_what_the_home_knows_in_part_or_not_is_not_compared():
    assert not measured(Home(), [said("import_total_wh", 2, 3, 90)])
    assert not measured(Home(), [said("import_total_wh", 1, 4, 90)])
    assert not measured(Home(), [said("import_total_wh", 20, 21, 90)])
