"""Decimal texts as exact integers."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import RowRefused, scaled

DIGITS = st.text("0123456789", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("value", "scale", "found"),
    [
        ("4,030", 1000, 4030),
        ("4.030", 1000, 4030),
        ("0,28", 1000, 280),
        (" 1 234,5 ", 10, 12345),
        ("1\u00a0234", 1, 1234),
        ("1\u202f234", 1, 1234),
        ("+5", 1, 5),
        ("-1754359", 1, -1754359),
        (6.329, 1000, 6329),
        (0.1, 1000, 100),
        (460, 1, 460),
        (460.0, 1, 460),
        ("1e3", 1, 1000),
        ("2.5E-1", 100, 25),
    ],
)
def test_a_number_is_scaled_exactly(value, scale, found):
    assert scaled(value, scale) == found


@given(DIGITS, DIGITS, st.sampled_from("., ".strip()), st.sampled_from([1, 10, 1000]))
def test_no_digit_is_lost(whole, rest, mark, scale):
    exact = Fraction(f"{whole}.{rest}") * scale
    assert scaled(f"{whole}{mark}{rest}", scale, rounding="floor") == floor(exact)
    if exact.denominator == 1:
        assert scaled(f"{whole}{mark}{rest}", scale) == exact
    else:
        with pytest.raises(RowRefused):
            scaled(f"{whole}{mark}{rest}", scale)


def test_a_long_fraction_is_not_rounded_up_to_a_whole():
    text = "210987654321044.999999999999999"
    assert scaled(text, 1, rounding="floor") == 210987654321044
    with pytest.raises(RowRefused):
        scaled(text, 1)


@given(st.integers(-(10**9), 10**9))
def test_a_float_of_a_sheet_is_what_it_shows(thousandths):
    assert scaled(float(Decimal(thousandths) / 1000), 1000) == thousandths


@pytest.mark.parametrize(
    "value",
    [
        *("", "-", "NA", None, True, "1,2,3", "1.234,5", "0x10", "inf", "nan", "١٢"),
        *(float("nan"), float("inf"), "1e999", "1e99", 10**15, "9" * 16, "4,0301", {}),
    ],
)
def test_what_is_no_number_is_refused(value):
    with pytest.raises(RowRefused) as refused:
        scaled(value, 1000)
    assert refused.value.reason == "not-a-number"


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers()))
def test_anything_is_an_integer_or_refused(value):
    with suppress(RowRefused):
        assert isinstance(scaled(value, 1000), int)
