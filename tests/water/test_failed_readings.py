"""A failed reading is a fall and the leap back: both refused, the rest unharmed."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exports import Civil
from water.failed import failures
from water.judged import export
from water.row import Row

HEADER = "date;consommation(litre)\n"


def test_a_failed_reading_is_two_refused_rows_and_the_rest_counts(read, days, reasons):
    found = read(
        HEADER + "01/03/2020;200\n02/03/2020;210\n02/03/2020;-900200\n"
        "03/03/2020;900390\n04/03/2020;180\n"
    )
    assert reasons(found) == [("line 4", "negative"), ("line 5", "compensates")]
    assert days(found) == {
        "2020-03-01": 200,
        "2020-03-02": 210,
        "2020-03-04": 180,
    }


def test_a_leap_too_small_for_the_limit_is_known_by_the_fall_that_it_undoes(
    read, days, reasons
):
    found = read(HEADER + "01/03/2020;200\n02/03/2020;-4000\n03/03/2020;4210\n")
    assert reasons(found) == [("line 3", "negative"), ("line 4", "compensates")]
    assert days(found) == {"2020-03-01": 200}


def test_a_leap_before_its_fall_is_refused_with_it(read, days, reasons):
    found = read(
        HEADER + "01/03/2020;9150\n02/03/2020;-9000\n03/03/2020;140\n04/03/2020;130\n"
    )
    assert reasons(found) == [("line 3", "negative"), ("line 2", "compensates")]
    assert days(found) == {"2020-03-03": 140, "2020-03-04": 130}


def test_days_of_zero_between_a_fall_and_its_leap_are_unknown_too(read, days):
    found = read(
        HEADER + "01/03/2020;200\n02/03/2020;-90000\n03/03/2020;0\n"
        "04/03/2020;0\n05/03/2020;90800\n06/03/2020;150\n"
    )
    assert len(found.refused) == 4
    assert days(found) == {"2020-03-01": 200, "2020-03-06": 150}


def test_a_fall_of_a_few_litres_takes_no_plain_day_with_it(read, days, reasons):
    found = read(HEADER + "01/03/2020;200\n02/03/2020;-3\n03/03/2020;210\n")
    assert reasons(found) == [("line 3", "negative")]
    assert days(found) == {"2020-03-01": 200, "2020-03-03": 210}


def test_more_than_a_meter_lets_through_is_refused_without_any_fall(
    read, days, reasons
):
    found = read(HEADER + "01/03/2020;1754558\n02/03/2020;120000\n03/03/2020;120001\n")
    assert reasons(found) == [("line 2", "too-much"), ("line 4", "too-much")]
    assert days(found) == {"2020-03-02": 120_000}


def test_a_day_of_25_hours_may_hold_an_hour_more(read, total):
    found = read(HEADER + "25/10/2020;125000\n26/10/2020;10\n")
    assert total(found) == 125_010


def test_a_day_said_twice_counts_once(read, total, reasons):
    found = read(HEADER + "01/03/2020;200\n01/03/2020;200\n02/03/2020;1\n")
    assert total(found) == 201
    assert reasons(found) == []


def test_a_day_with_two_values_keeps_the_first_and_says_so(read, total, reasons):
    found = read(HEADER + "01/03/2020;200\n01/03/2020;250\n")
    assert total(found) == 200
    assert reasons(found) == [("line 3", "two-values")]


@given(
    st.lists(st.integers(0, 3_000), min_size=3, max_size=40),
    st.data(),
)
def test_one_failed_reading_of_zero_costs_two_rows_and_nothing_else(amounts, data):
    at = data.draw(st.integers(0, len(amounts) - 2))
    index = data.draw(st.integers(200_000, 9_000_000)) + sum(amounts)
    spoilt = list(amounts)
    spoilt[at] = -index
    spoilt[at + 1] = index + amounts[at] + amounts[at + 1]
    civil, first = Civil(), date(2024, 1, 1)
    rows = [
        Row.of_day(f"line {n}", first + timedelta(days=n), amount, civil)
        for n, amount in enumerate(spoilt)
    ]
    assert set(failures(rows)) == {at, at + 1}
    found = export("any", rows)
    kept = sum(amounts) - amounts[at] - amounts[at + 1]
    assert sum(amount.value for amount in found.amounts) == kept
