"""Gas periods."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import Civil, RowRefused
from gazpar.period import Period
from gazpar.words import MONTHS

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 30))


@given(DAYS)
def test_a_gas_day_begins_at_six_and_ends_where_the_next_begins(day):
    civil = Civil()
    start, end = Period.of_day(day).instants(civil)
    local = start.astimezone(civil.zone)
    assert (local.date(), local.hour, local.minute) == (day, 6, 0)
    assert end - start in (timedelta(hours=hours) for hours in (23, 24, 25))
    if day < date(2100, 12, 29):
        assert Period.of_day(day + timedelta(days=1)).instants(civil)[0] == end


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", " %d/%m/%Y "]))
def test_a_day_reads_as_it_was_written(day, form):
    written = f"{day:{form}}".replace(f"{day:%Y}", f"{day.year:04d}")
    assert Period.from_label(written, Civil()) == Period.of_day(day)


@given(DAYS, st.integers(0, 400))
def test_a_week_counts_both_its_days(first, length):
    last = min(first + timedelta(days=length), date(2100, 12, 30))
    label = f"Du {first:%d/%m/%Y} au {last:%d/%m/%Y}"
    assert Period.from_label(label, Civil()).days == (last - first).days + 1


@given(st.integers(1990, 2099), st.sampled_from(sorted(MONTHS)))
def test_a_months_days_are_the_calendars(year, month):
    period = Period.from_label(f"{month.capitalize()} {year} ", Civil())
    assert (period.first.month, period.first.day) == (MONTHS[month], 1)
    assert (period.until - timedelta(days=1)).month == MONTHS[month]
    assert period.until.day == 1


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.none()))
def test_any_label_is_a_period_or_refused(label):
    with suppress(RowRefused):
        assert Period.from_label(label, Civil()).days > 0


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("Du 06/12/2020 au 30/11/2020", "start-after-end"),
        ("Du 06/12/2020 au 31/12/9999", "not-a-date"),
        ("Brumaire 2020", "not-a-period"),
        ("Décembre 2100", "not-a-date"),
        ("1789", "not-a-date"),
        ("01/01/1950", "not-a-date"),
        ("31/12/2100", "not-a-date"),
        ("31/12/2150", "not-a-date"),
        ("31/02/2020", "not-a-date"),
        ("", "not-a-period"),
    ],
)
def test_what_is_no_period_of_a_reading_is_refused(label, reason):
    with pytest.raises(RowRefused) as refusal:
        Period.from_label(label, Civil())
    assert refusal.value.reason == reason
