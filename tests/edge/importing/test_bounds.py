"""What a file says of a period is let in, or refused with its reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import Fluid
from edge.importing import mapping
from edge.importing.bounds import DETAILS, Flow, judge, series
from edge.sample import Quality, millis, utc
from exports.said import Amount, Nature

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW_MS = millis(START) + 400 * 86_400_000
DAY = timedelta(days=1)


def amount(value, quantity="water_volume_l", start=START, length=DAY, **more):
    nature = more.pop("nature", Nature.MEASURED)
    return Amount(quantity, start, start + length, value, nature, "line 2", **more)


def judged(*amounts, flow=None):
    def of(quantity):
        fluid = next(f for f in Fluid if mapping.register(f, quantity) is not None)
        register = mapping.register(fluid, quantity)
        return series("m", fluid, register, "somebodys", mapping.origin("somebodys"))

    return judge(amounts, of, NOW_MS, flow)


def reason(*amounts, flow=None):
    refused = judged(*amounts, flow=flow).refused
    assert all(one.detail.endswith(DETAILS[one.reason]) for one in refused)
    return [one.reason for one in refused]


@pytest.mark.parametrize(
    ("quantity", "hour"),
    [
        ("water_volume_l", 5_000),
        ("gas_volume_l", 6_000),
        ("gas_energy_wh", 78_000),
        ("import_total_wh", 36_000),
        ("export_total_wh", 36_000),
    ],
)
def test_no_more_than_can_flow_in_the_time(quantity, hour):
    assert reason(amount(24 * hour, quantity)) == []
    assert reason(amount(48 * hour, quantity)) == ["too-much"]
    assert reason(amount(-1, quantity)) == ["negative"]


@pytest.mark.parametrize(
    ("quantity", "most"),
    [
        ("import_mean_power_w", 36_000),
        ("flow_min_l_h", 5_000),
        ("conversion_wh_m3", 40_000),
        ("max_power_va", 99_999),
        ("max_export_power_va", 99_999),
    ],
)
def test_what_is_shown_has_its_own_bounds(quantity, most):
    assert reason(amount(most, quantity)) == []
    assert reason(amount(most + 1, quantity)) == ["too-much"]
    assert reason(amount(-1, quantity)) == ["negative"]


def test_a_larger_contract_or_meter_lets_more_through():
    assert reason(amount(60_000, "import_mean_power_w"), flow=Flow(kva=60)) == []
    assert reason(amount(240_000)) == ["too-much"]
    assert reason(amount(240_000), flow=Flow(qmax_l_h=10_000)) == []


def test_the_future_is_refused_and_today_is_not():
    now = utc(NOW_MS)
    assert reason(amount(5, start=now)) == []
    assert reason(amount(5, start=now + timedelta(hours=1))) == ["in-the-future"]


def test_a_mangled_date_is_refused():
    assert reason(amount(5, start=datetime(1999, 12, 31, tzinfo=UTC))) == ["too-old"]


@pytest.mark.parametrize("length", [timedelta(0), -DAY])
def test_a_period_that_is_none_is_refused(length):
    assert reason(amount(5, length=length)) == ["no-period"]


def test_an_index_that_no_meter_shows_is_refused():
    assert reason(amount(5, index_end=7_000)) == []
    assert reason(amount(5, index_end=10**9)) == ["no-such-index"]
    assert reason(amount(5, index_end=-1)) == ["no-such-index"]


def test_of_two_of_one_period_the_better_known_stands():
    estimated = amount(7, nature=Nature.ESTIMATED)
    for pair in ((estimated, amount(5)), (amount(5), estimated)):
        found = judged(*pair)
        assert [one.value for one in found.slices] == [5]
        assert found.refused == []


def test_of_two_that_are_known_alike_the_second_is_refused():
    found = judged(amount(5), amount(6), amount(5))
    assert [one.value for one in found.slices] == [5]
    assert [one.reason for one in found.refused] == ["two-values"]


def test_what_a_water_company_measured_is_what_it_bills():
    assert mapping.quality(Fluid.WATER, "suez", Nature.MEASURED) is Quality.VALIDATED
    assert mapping.quality(Fluid.WATER, "csv-own", Nature.MEASURED) is Quality.RAW
    assert mapping.quality(Fluid.GAS, "grdf", Nature.MEASURED) is Quality.RAW
    assert mapping.quality(Fluid.GAS, "grdf", Nature.DEFINITIVE) is Quality.VALIDATED


@given(
    st.lists(
        st.tuples(
            st.integers(-(10**15), 10**15),
            st.integers(0, 50),
            st.integers(-3, 50),
            st.sampled_from(Nature),
        ),
        max_size=30,
    )
)
def test_whatever_a_file_says_each_row_is_let_in_refused_or_said_already(rows):
    given_ = [
        amount(value, start=START + DAY * day, length=DAY * length, nature=nature)
        for value, day, length, nature in rows
    ]
    found = judged(*given_)
    slots = {(one.start_ms, one.end_ms) for one in found.slices}
    assert len(slots) == len(found.slices)
    assert len(found.slices) + len(found.refused) <= len(rows)
    for one in found.slices:
        assert one.start_ms < one.end_ms
        assert one.value >= 0
