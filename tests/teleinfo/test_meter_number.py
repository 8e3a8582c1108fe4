"""What a meter's number tells by itself; numbers here are invented."""

from __future__ import annotations

import pytest

from teleinfo.meter_number import MeterNumber


@pytest.mark.parametrize(
    ("address", "maker", "year", "phases", "linky"),
    [
        ("041961000042", "Landis+Gyr", 2019, 1, True),
        ("841963000042", "Sagemcom", 2019, 3, True),
        ("022076000042", "Sagem / Sagemcom", 2020, 3, True),
        ("029911000042", "Sagem / Sagemcom", 1999, None, False),
        ("990861000042", None, 2008, 1, True),
        ("XX1961000042", None, 2019, 1, True),
        ("04XX61XXXXXX", "Landis+Gyr", None, 1, True),
        ("0419XXXXXXXX", "Landis+Gyr", 2019, None, None),
        ("XXXXXXXXXXXX", None, None, None, None),
        ("0419610000", None, None, None, None),
    ],
)
def test_maker_year_and_phases_are_told_as_far_as_shown(
    address, maker, year, phases, linky
):
    number = MeterNumber.from_address(address)
    assert (number.maker, number.year) == (maker, year)
    assert (number.phases, number.is_linky) == (phases, linky)


def test_age_is_counted_from_the_year_it_was_made_in():
    assert MeterNumber.from_address("041961000042").age_years(2026) == 7
    assert MeterNumber.from_address("04XX61000042").age_years(2026) is None
