"""The days that are asked for, whole and cut."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import Window

WINDOWS = st.builds(
    lambda first, days: Window(first, first + timedelta(days=days)),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(1, 1100),
)


@given(WINDOWS, st.integers(1, 400))
def test_pieces_are_the_window_again(window, most):
    pieces = list(window.pieces(most))
    assert [day for piece in pieces for day in piece] == list(window)
    assert all(piece.days <= most for piece in pieces)


@given(WINDOWS)
def test_a_month_never_reaches_into_another(window):
    months = list(window.months())
    assert [day for month in months for day in month] == list(window)
    assert all(month.first.month == month.last.month for month in months)


def test_it_slides_with_the_day():
    window = Window.sliding(date(2026, 11, 24), 3, ahead=2)
    assert (window.first, window.last) == (date(2026, 11, 21), date(2026, 11, 25))


def test_an_empty_one_is_none():
    with pytest.raises(ValueError, match="a day at least"):
        Window(date(2026, 1, 1), date(2026, 1, 1))
