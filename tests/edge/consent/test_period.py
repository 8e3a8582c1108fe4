"""A length of time as it is granted: read strictly, civil, and compared safely."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.consent.period import DAYS_MOST, MONTHS_MOST, Period

DAYS = st.dates(date(2019, 1, 1), date(2032, 12, 31))
PERIODS = st.builds(
    Period, st.integers(0, MONTHS_MOST), st.integers(0, DAYS_MOST)
).filter(lambda one: one.most_days)
SHORT = st.builds(Period, st.integers(0, 40), st.integers(0, 1200)).filter(
    lambda one: one.most_days
)


@given(PERIODS)
def test_what_is_written_reads_as_it_was(period):
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("P1Y", 12, 0),
        ("P3Y", 36, 0),
        ("P6M", 6, 0),
        ("P2W", 0, 14),
        ("P30D", 0, 30),
        ("P1Y6M2W3D", 18, 17),
        ("P0Y1D", 0, 1),
    ],
)
def test_a_length_is_years_months_weeks_and_days(text, months, days):
    assert Period.parse(text) == Period(months, days)


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "1Y", "p1y", "P1", "P1D1Y", "P-1D", "P1.5D", "P1,5D", "+P1D"),
        *("PT1H", "P1DT1H", "P0D", "P0Y0M0W0D", " P1D", "P1D ", "P1D\n", "P100Y"),
        *("P00001D", "P\u0661Y", "P1\u00d0", "P99Y99M", "P9999D9W", "P1Y/P2Y"),
    ],
)
def test_anything_else_is_no_length(text):
    with pytest.raises(ValueError, match="length"):
        Period.parse(text)


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text):
    try:
        read = Period.parse(text)
    except ValueError:
        return
    assert read.most_days >= 1
    assert text.isascii()


@pytest.mark.parametrize(
    ("text", "day", "before", "after"),
    [
        ("P1M", "2027-03-31", "2027-02-28", "2027-04-30"),
        ("P1M", "2028-03-31", "2028-02-29", "2028-04-30"),
        ("P1M", "2026-12-15", "2026-11-15", "2027-01-15"),
        ("P1M", "2027-01-31", "2026-12-31", "2027-02-28"),
        ("P1Y", "2028-02-29", "2027-02-28", "2029-02-28"),
        ("P4Y", "2028-02-29", "2024-02-29", "2032-02-29"),
        ("P11M", "2026-01-31", "2025-02-28", "2026-12-31"),
        ("P1D", "2028-03-01", "2028-02-29", "2028-03-02"),
        ("P1M1D", "2027-03-31", "2027-02-27", "2027-05-01"),
    ],
)
def test_months_are_civil_months(text, day, before, after):
    period, today = Period.parse(text), date.fromisoformat(day)
    assert period.before(today) == date.fromisoformat(before)
    assert period.after(today) == date.fromisoformat(after)


@given(SHORT, DAYS)
def test_a_length_has_no_more_days_than_it_says_at_most(period, day):
    assert 1 <= (period.after(day) - day).days <= period.most_days
    assert 1 <= (day - period.before(day)).days <= period.most_days


@given(SHORT, SHORT, DAYS)
def test_what_is_no_longer_is_so_from_any_day(one, other, day):
    if one <= other:
        assert one.after(day) <= other.after(day)
        assert one.before(day) >= other.before(day)


@given(SHORT)
def test_a_length_is_no_longer_than_itself(one):
    assert one <= Period(one.months, one.days)


def test_thirty_days_may_be_longer_than_a_month():
    assert not Period(0, 30) <= Period(1, 0)
    assert not Period(1, 0) <= Period(0, 30)
    assert Period(0, 28) <= Period(1, 0) <= Period(0, 31)
    assert Period(12, 0) <= Period(0, 366)
    assert Period(0, 365) <= Period(12, 0)
    assert not Period(0, 1096) <= Period(36, 0)
