"""Times of files, as instants: every local time of the days on which clocks change."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import Civil, RowRefused

PARIS = ZoneInfo("Europe/Paris")
OCTOBER = [date(2019, 10, 27), date(2023, 10, 29), date(2026, 10, 25)]
MARCH = [date(2020, 3, 29), date(2023, 3, 26), date(2026, 3, 29)]
STEPS = st.sampled_from([5, 10, 15, 30, 60])
SHAPES = st.sampled_from(
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]
)


def instants(day: date, step: int) -> list[datetime]:
    """Every instant of the steps of a civil day, its end included."""
    civil = Civil(PARIS)
    start, end = civil.span(day, day)
    count = int((end - start).total_seconds()) // 60 // step
    return [start + i * timedelta(minutes=step) for i in range(count + 1)]


@given(st.sampled_from(OCTOBER + MARCH), STEPS, SHAPES)
def test_naive_times_in_order_are_the_instants_that_they_were(day, step, shape):
    wanted = instants(day, step)
    civil = Civil(PARIS)
    walls = [at.astimezone(PARIS).strftime(shape) for at in wanted]
    assert [civil.instant(wall) for wall in walls] == wanted


@given(st.sampled_from(OCTOBER), STEPS, st.data())
def test_october_is_told_apart_wherever_a_file_begins_before_the_repeated_hour(
    day, step, data
):
    wanted = instants(day, step)
    before = [i for i, at in enumerate(wanted) if at.astimezone(PARIS).hour < 2]
    first = data.draw(st.integers(0, max(i for i in before if i < len(wanted) // 2)))
    civil = Civil(PARIS)
    walls = [at.astimezone(PARIS).replace(tzinfo=None) for at in wanted[first:]]
    assert [civil.instant(wall) for wall in walls] == wanted[first:]


def test_the_four_half_hours_that_october_repeats_are_eight_instants():
    civil = Civil(PARIS)
    walls = ["02:00", "02:30", "02:00", "02:30"]
    found = [civil.instant(f"25/10/2026 {wall}:00") for wall in walls]
    assert [at.strftime("%H:%M") for at in found] == [
        "00:00",
        "00:30",
        "01:00",
        "01:30",
    ]
    assert civil.instant("25/10/2026 03:00:00") == datetime(2026, 10, 25, 2, tzinfo=UTC)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - local
    SHAPES,
)
def test_a_naive_time_alone_is_what_paris_says(naive, shape):
    naive = naive.replace(second=0, microsecond=0, fold=0)
    aware = naive.replace(tzinfo=PARIS)
    if aware.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) == naive:
        found = Civil(PARIS).instant(naive.strftime(shape))
        assert found == aware.astimezone(UTC)
    else:
        with pytest.raises(RowRefused, match="doesn't exist"):
            Civil(PARIS).instant(naive.strftime(shape))


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - local
    st.sampled_from(["Z", "+00:00", "+01:00", "+02:00", "+0200", "-04:00", "+11:00"]),
    st.sampled_from(["", ".0", ".000"]),
)
def test_an_offset_rules_over_any_order(naive, offset, fraction):
    naive = naive.replace(microsecond=0)
    civil = Civil(PARIS)
    civil.instant("2099-12-31 00:00")
    found = civil.instant(f"{naive.isoformat()}{fraction}{offset}")
    assert found == datetime.fromisoformat(naive.isoformat() + offset)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-29 02:00",
        "2026-03-29T02:30:00",
        "29/03/2026 02:59:59",
    ],
)
def test_the_hour_that_march_skips_does_not_exist(text):
    with pytest.raises(RowRefused) as refused:
        Civil(PARIS).instant(text)
    assert refused.value.reason == "no-such-time"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hier",
        "2026-13-01 00:00",
        "2026-02-30T00:00:00+01:00",
        "2026-01-01 25:00",
        "2026-01-01T24:00:00+01:00",
        "2026-01-01 00:00:00+99:00",
        "2026-01-01T00:00:00+99:99",
        "2026-W01-1T00:00:00+01:00",
        "2026-01-01T00:00:00.5+01:00",
        "0001-01-01 00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-05:00",
        "01-02-2026 00:00",
        "1/2/2026 00:00",
        "٢٠٢٦-٠١-٠١ 00:00",
        None,
        46023.5,
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(RowRefused) as refused:
        Civil(PARIS).instant(text)
    assert refused.value.reason == "not-a-time"


@given(st.text(max_size=30))
def test_any_text_is_an_instant_or_refused(text):
    with suppress(RowRefused):
        assert Civil(PARIS).instant(text).tzinfo is UTC


def test_a_spreadsheets_datetime_is_rounded_to_the_second():
    off = datetime(2026, 1, 1, 0, 29, 59, 999_600)  # noqa: DTZ001 - as a sheet has it
    assert Civil(PARIS).instant(off) == datetime(2025, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(OCTOBER[2], 25), (MARCH[2], 23), (date(2026, 7, 1), 24)],
)
def test_a_civil_day_has_its_hours(day, hours):
    start, end = Civil(PARIS).span(day, day)
    assert (end - start).total_seconds() == hours * 3600
    six, next_six = Civil(PARIS).span(day, day, hour=6)
    assert six.astimezone(PARIS).hour == next_six.astimezone(PARIS).hour == 6


@pytest.mark.parametrize(
    "said",
    [
        "2026-01-31",
        "31/01/2026",
        "31/01/2026 12:00",
        "2026-01-31T00:00:00+01:00",
        date(2026, 1, 31),
        datetime(2026, 1, 31, 12),  # noqa: DTZ001 - as a sheet has it
    ],
)
def test_a_date_is_read_in_every_shape(said):
    assert Civil(PARIS).day(said) == date(2026, 1, 31)


@pytest.mark.parametrize("said", ["", "31/02/2026", "janvier", None, "0001-01-01", 12])
def test_what_is_no_date_is_refused(said):
    with pytest.raises(RowRefused) as refused:
        Civil(PARIS).day(said)
    assert refused.value.reason == "not-a-date"


def test_the_zone_is_the_meters():
    reunion = Civil(ZoneInfo("Indian/Reunion"))
    assert reunion.instant("2026-07-01 04:00") == datetime(2026, 7, 1, tzinfo=UTC)
    assert Civil().zone == PARIS
