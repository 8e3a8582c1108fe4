"""When a meter says that something was."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleinfo.errors import ValueRefused
from teleinfo.horodate import EPOCH, Horodate, is_horodate, paris_ms
from teleinfo.label import Stamp
from teleinfo.pattern import stamp_pattern

PARIS = ZoneInfo("Europe/Paris")
YEARS = {
    "min_value": datetime(2000, 1, 2),  # noqa: DTZ001 - local time is meant
    "max_value": datetime(2099, 12, 30),  # noqa: DTZ001 - same
}


@pytest.mark.parametrize(
    ("field", "at"),
    [
        ("H200214230804", "2020-02-14T22:08:04"),
        ("E180716103423", "2018-07-16T08:34:23"),
        # The doubled hour of October, told apart by the letter.
        ("E261025023000", "2026-10-25T00:30:00"),
        ("H261025023000", "2026-10-25T01:30:00"),
        # Where there is no summer time, a Linky says H all year.
        ("H260716120000", "2026-07-16T11:00:00"),
        ("H240229235959", "2024-02-29T22:59:59"),
    ],
)
def test_the_letter_rules(field, at):
    horodate = Horodate.from_field(field)
    assert horodate.at == datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert horodate.at_ms == int(horodate.at.timestamp()) * 1000
    assert not horodate.degraded


@pytest.mark.parametrize("letter", "he")
def test_a_lower_case_letter_is_a_degraded_clock_at_the_same_instant(letter):
    degraded = Horodate.from_field(f"{letter}260716103423")
    good = Horodate.from_field(f"{letter.upper()}260716103423")
    assert degraded.degraded
    assert degraded.at == good.at


def test_a_planned_date_without_a_season_is_read_by_the_rules_of_paris():
    planned = Horodate.from_field(" 260214060000", planned=True)
    assert planned.at == datetime(2026, 2, 14, 5, tzinfo=UTC)
    assert not planned.degraded
    summer = Horodate.from_field(" 260714060000", planned=True)
    assert summer.at == datetime(2026, 7, 14, 4, tzinfo=UTC)


def test_only_a_planned_date_may_lack_its_season():
    with pytest.raises(ValueRefused, match="season letter"):
        Horodate.from_field(" 260214060000")


@given(st.datetimes(**YEARS))
def test_the_rules_of_paris_are_those_of_the_zone(local):
    local = local.replace(microsecond=0)
    aware = local.replace(tzinfo=PARIS)
    if aware.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != local:
        return  # the hour that spring skips
    local_ms = int((local.replace(tzinfo=UTC) - EPOCH).total_seconds()) * 1000
    assert timedelta(milliseconds=paris_ms(local_ms)) == aware.utcoffset()


@pytest.mark.parametrize(
    "field",
    [
        "H260231120000",  # no such day
        "H260229120000",  # 2026 is no leap year
        "H261301120000",
        "H260001120000",
        "H260100120000",
        "H260101240000",
        "H260101126000",
        "H260101120060",
        "X260101120000",
        "H26010112000",
        "H2601011200000",
        "H2601011200O0",
        "",
        "H２60101120000",
        "H260101+20000",
    ],
)
@pytest.mark.parametrize("planned", [True, False])
def test_what_is_no_date_is_refused(field, planned):
    assert not is_horodate(field, planned=planned)
    with pytest.raises(ValueRefused) as refused:
        Horodate.from_field(field, planned=planned)
    assert refused.value.reason == "horodate"


def digits(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda number: f"{number:02}")


FIELDS = st.one_of(
    st.text("HEhe 0123456789pX", min_size=12, max_size=14),
    st.tuples(
        st.sampled_from("HEhe X"),
        digits(0, 99),
        digits(0, 14),
        digits(0, 33),
        digits(0, 25),
        digits(0, 61),
        digits(0, 61),
    ).map("".join),
    st.datetimes(**YEARS).map(lambda at: at.strftime("E%y%m%d%H%M%S")),
    st.sampled_from(["H000229000000", "H960229000000", "H990229000000"]),
)


@given(FIELDS)
@pytest.mark.parametrize("stamp", [Stamp.DATED, Stamp.PLANNED])
def test_the_pattern_of_whole_frames_says_the_same(stamp, field):
    matched = re.fullmatch(stamp_pattern(stamp), field) is not None
    assert matched == is_horodate(field, planned=stamp is Stamp.PLANNED)
