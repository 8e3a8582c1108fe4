"""The household's calendar: public holidays, absences, weather, Tempo."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from house.days import Kind, easter, is_public_holiday, kind_of
from house.gas_use import heats
from house.weather import rains, temperature_c
from teleinfo.virtual.tariff import Colour, colour

EPOCH = date(1970, 1, 1)
SEEDS = range(1, 6)


def days(first: date, last: date) -> range:
    return range((first - EPOCH).days, (last - EPOCH).days + 1)


YEAR = days(date(2025, 9, 1), date(2026, 8, 31))


@pytest.mark.parametrize(
    "when",
    [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28)],
)
def test_easter_is_where_the_calendar_has_it(when):
    assert easter(when.year) == when
    assert is_public_holiday(when + timedelta(days=1))


@given(st.integers(2000, 2100))
def test_a_year_has_eleven_public_holidays_or_fewer_where_two_meet(year):
    first = date(year, 1, 1)
    found = [d for n in range(366) if is_public_holiday(d := first + timedelta(n))]
    found = [one for one in found if one.year == year]
    assert 10 <= len(found) <= 11


@pytest.mark.parametrize("seed", SEEDS)
def test_most_days_are_worked_weekends_are_at_home_and_some_weeks_away(seed):
    kinds = Counter(kind_of(seed, day) for day in YEAR)
    assert 200 < kinds[Kind.WORK] < 250
    assert 80 < kinds[Kind.HOME] < 130
    assert 26 <= kinds[Kind.AWAY] <= 33
    assert kind_of(seed, (date(2026, 8, 14) - EPOCH).days) is Kind.AWAY


@pytest.mark.parametrize("seed", SEEDS)
def test_winters_are_cold_and_summers_warm(seed):
    def mean(first, last):
        told = [temperature_c(seed, day) for day in days(first, last)]
        return sum(told) / len(told)

    assert 0 < mean(date(2025, 12, 1), date(2026, 2, 28)) < 7
    assert 18 < mean(date(2026, 6, 15), date(2026, 8, 31)) < 25
    assert 70 < sum(rains(seed, day) for day in YEAR) < 140


def test_a_day_resembles_the_one_before():
    steps = [abs(temperature_c(7, d) - temperature_c(7, d - 1)) for d in YEAR]
    assert sum(steps) / len(steps) < 3


@pytest.mark.parametrize("seed", SEEDS)
def test_tempo_has_about_its_days_and_the_red_ones_are_cold(seed):
    colours = Counter(colour(seed, day) for day in YEAR)
    assert colours == {Colour.BLUE: 300, Colour.WHITE: 43, Colour.RED: 22}
    winter = days(date(2025, 11, 1), date(2026, 3, 31))
    told = {
        one: [temperature_c(seed, d) for d in winter if colour(seed, d) is one]
        for one in (Colour.BLUE, Colour.RED)
    }
    means = {one: sum(some) / len(some) for one, some in told.items()}
    assert means[Colour.RED] < means[Colour.BLUE] - 2


@pytest.mark.parametrize("seed", SEEDS)
def test_rooms_are_heated_in_the_season_only(seed):
    summer = days(date(2026, 4, 29), date(2026, 10, 11))
    assert not any(heats(seed, day) for day in summer)
    winter = days(date(2025, 12, 1), date(2026, 2, 28))
    assert sum(heats(seed, day) > 0 for day in winter) > 60
