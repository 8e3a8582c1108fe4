"""Dated conversion coefficients."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from exports import Amount, Nature
from gazpar import Coefficients

FIRST = date(2020, 1, 1)
TWO = Coefficients(((date(2020, 2, 1), 11_230), (FIRST, 11_170)))


def test_each_is_in_force_from_its_day_until_the_next():
    assert TWO.on(date(2019, 12, 31)) is None
    assert TWO.on(FIRST) == TWO.on(date(2020, 1, 31)) == 11_170
    assert TWO.on(date(2020, 2, 1)) == TWO.on(date(2030, 1, 1)) == 11_230


def test_a_days_litres_are_estimated_wh():
    (one,) = TWO.energies([(FIRST, 7_210)])
    assert (one.day, one.energy_wh, one.nature) == (FIRST, 80_535, Nature.ESTIMATED)
    assert one.carried == 700


def test_before_the_first_coefficient_a_days_energy_is_unknown_and_no_zero():
    days = [(FIRST, 1), (FIRST - timedelta(days=1), 5_000), (FIRST, 1)]
    assert [one.energy_wh for one in TWO.energies(days)] == [11, None, 11]


def test_without_any_coefficient_all_is_unknown():
    assert [one.energy_wh for one in Coefficients(()).energies([(FIRST, 9)])] == [None]


@given(
    st.lists(st.integers(0, 100_000), max_size=60),
    st.lists(st.tuples(st.integers(1, 50), st.integers(6_000, 15_000)), max_size=5),
)
def test_the_days_sum_to_the_whole_floored_once(litres, later):
    dated = [(FIRST, 11_170), *((FIRST + timedelta(days=n), c) for n, c in later)]
    coefficients = Coefficients(tuple(dated))
    days = [(FIRST + timedelta(days=n), volume) for n, volume in enumerate(litres)]
    told = list(coefficients.energies(days))
    whole = sum(volume * (coefficients.on(day) or 0) for day, volume in days)
    assert sum(one.energy_wh or 0 for one in told) == whole // 1000


@given(st.lists(st.integers(0, 100_000), min_size=2, max_size=40), st.data())
def test_what_is_carried_goes_on_in_the_next_run(litres, data):
    days = [(FIRST + timedelta(days=n), volume) for n, volume in enumerate(litres)]
    cut = data.draw(st.integers(1, len(days) - 1))
    first = list(TWO.energies(days[:cut]))
    second = list(TWO.energies(days[cut:], first[-1].carried))
    assert first + second == list(TWO.energies(days))


def test_a_files_coefficients_are_dated_by_local_day_and_the_definitive_rules():
    def said(hour, value, nature, quantity="conversion_wh_m3"):
        start = datetime(2020, 1, 1, hour, tzinfo=UTC)
        end = start + timedelta(days=1)
        return Amount(quantity, start, end, value, nature, "row 1")

    amounts = [
        said(5, 11_170, Nature.DEFINITIVE),
        said(5, 11_000, Nature.MEASURED),
        said(5, 7_000, Nature.MEASURED, "volume_l"),
    ]
    taken = Coefficients.from_amounts(amounts, ZoneInfo("Europe/Paris"))
    assert taken.dated == ((FIRST, 11_170),)
