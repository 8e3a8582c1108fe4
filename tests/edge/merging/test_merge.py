"""One truth out of several sources: nothing averaged, the whole first, then by rank."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.calendar import HALF_HOUR_MS, HOUR_MS, calendar_of
from edge.catalogue import Fluid
from edge.interval import Interval, Step
from edge.merging import Merge, Purpose
from edge.merging.curve import energy
from edge.sample import Quality, Slice, millis

PARIS = ZoneInfo("Europe/Paris")
TOTAL, GAS = "import_total_wh", "gas_energy_wh"


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


def said(start, end, value, quality=Quality.RAW, origin="file:enedis", register=TOTAL):
    return Slice("linky", register, at(start), at(end), value, quality, origin, 0)


def row(start, end, value, *, step=Step.DAY, coverage=1.0, quality=Quality.RAW):
    return Interval(
        "linky",
        TOTAL,
        step,
        at(start),
        at(end),
        value,
        coverage=coverage,
        quality=quality,
    )


def merge(purpose=Purpose.NOW, fluid=Fluid.ELECTRICITY, register=TOTAL):
    return Merge("linky", register, fluid, calendar_of(fluid, PARIS), purpose)


DAYS = ("2026-01-05", "2026-01-06", "2026-01-07")
WHOLE = (at("2026-01-01"), at("2027-01-01"))


def test_a_day_that_only_a_file_knows_is_the_files():
    told = [said(DAYS[0], DAYS[1], 8000)]
    (found,) = merge().rows(Step.DAY, WHOLE, {}, told)
    assert (found.value, found.sources, found.coverage) == (8000, "file:enedis", 1.0)


def test_the_homes_own_meter_goes_first_for_now_and_the_validated_word_for_bills():
    own = {Step.DAY: [row(*DAYS[:2], 8123)]}
    told = [said(*DAYS[:2], 8120, Quality.VALIDATED)]
    (now,) = merge().rows(Step.DAY, WHOLE, own, told)
    (bill,) = merge(Purpose.BILL).rows(Step.DAY, WHOLE, own, told)
    assert (now.value, now.sources) == (8123, "tic")
    assert (bill.value, bill.sources) == (8120, "file:enedis")


def test_the_owners_correction_is_above_all():
    own = {Step.DAY: [row(*DAYS[:2], 7000, quality=Quality.CORRECTED)]}
    told = [said(*DAYS[:2], 8120, Quality.VALIDATED)]
    (found,) = merge(Purpose.BILL).rows(Step.DAY, WHOLE, own, told)
    assert found.value == 7000


def test_a_day_of_which_the_home_knows_a_part_is_the_files_that_knows_it_whole():
    own = {Step.DAY: [row(*DAYS[:2], 3000, coverage=0.4)]}
    (found,) = merge().rows(Step.DAY, WHOLE, own, [said(*DAYS[:2], 8000)])
    assert (found.value, found.coverage) == (8000, 1.0)


def test_where_nobody_else_speaks_the_rows_are_the_homes_own():
    own = {Step.DAY: [row(*DAYS[:2], 3000, coverage=0.4), row(*DAYS[1:], 5000)]}
    told = [said(*DAYS[:2], 8000)]
    found = merge().rows(Step.DAY, WHOLE, own, told)
    assert found[1] is own[Step.DAY][1]


def test_a_month_is_put_together_of_days_from_both():
    own = {Step.DAY: [row(*DAYS[:2], 3000)]}
    told = [said(*DAYS[1:], 4000)]
    (found,) = merge().rows(Step.MONTH, WHOLE, own, told)
    assert (found.value, found.sources) == (7000, "file:enedis+tic")
    assert found.coverage == pytest.approx(2 / 31)


def test_a_week_is_no_day_and_is_spread_over_none():
    told = [said("2026-01-05", "2026-01-12", 700, register=GAS)]
    assert merge(register=GAS).rows(Step.DAY, WHOLE, {}, told) == []


def test_gas_days_run_from_six_to_six():
    start, end = "2026-01-05 06:00", "2026-01-06 06:00"
    told = [said(start, end, 75_000, register=GAS)]
    (found,) = merge(fluid=Fluid.GAS, register=GAS).rows(Step.DAY, WHOLE, {}, told)
    assert (found.start_ms, found.end_ms) == (at(start), at(end))


def test_a_file_of_days_and_months_counts_neither_twice():
    told = [
        said("2026-01-01", "2026-02-01", 90_000),
        said(*DAYS[:2], 3000),
    ]
    (month,) = merge().rows(Step.MONTH, WHOLE, {}, told)
    (day,) = merge().rows(Step.DAY, WHOLE, {}, told)
    assert (month.value, day.value) == (90_000, 3000)


@given(
    st.lists(st.integers(0, 36_000), min_size=50, max_size=50),
    st.sampled_from(["2026-01-05", "2026-03-29", "2026-10-25"]),
)
def test_half_hours_of_a_curve_sum_to_the_day_and_the_day_to_the_watts(watts, day):
    calendar = calendar_of(Fluid.ELECTRICITY, PARIS)
    start, end = calendar.interval(Step.DAY, at(day))
    steps = range(start, end, HALF_HOUR_MS)
    curve = [
        Slice(
            "linky",
            "import_load_curve_w",
            begun,
            begun + HALF_HOUR_MS,
            mean,
            Quality.RAW,
            "file:curve",
            0,
        )
        for begun, mean in zip(steps, watts, strict=False)
    ]
    told = energy(curve, TOTAL, lambda ms: calendar.interval(Step.DAY, ms))
    halves = merge().rows(Step.MIN30, (start, end), {}, told)
    (whole,) = merge().rows(Step.DAY, (start, end), {}, told)
    counted = watts[: (end - start) // HALF_HOUR_MS]
    assert len(halves) == len(steps)
    assert sum(one.value for one in halves) == whole.value
    assert whole.value == sum(counted) * HALF_HOUR_MS // (1000 * HOUR_MS // 1000)
