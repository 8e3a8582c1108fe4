"""Letters to operators: what they ask for, and until when they are to be answered."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli.letter_dates import Due, easter, holidays, months_after, working
from cli.letter_texts import BLANK, OPERATORS, Sender, letter
from cli.main import app

ROOT = Path(__file__).parents[2]
DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))


def typed(*words, language="en"):
    return CliRunner().invoke(app, ["letters", *words], env={"LC_ALL": language})


@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        ("2026-03-05", "2026-04-07"),  # the 5th is Easter Sunday, the 6th its Monday
        ("2026-08-31", "2026-09-30"),  # there is no 31st
        ("2026-01-31", "2026-03-02"),  # nor a 29th; the 28th is a Saturday
        ("2028-01-31", "2028-02-29"),  # a leap year
        ("2026-04-14", "2026-05-15"),  # the 14th is Ascension Day
        ("2026-12-01", "2027-01-04"),  # New Year's Day is a Friday
        ("2026-06-14", "2026-07-15"),  # the national day
        ("2026-02-10", "2026-03-10"),
    ],
)
def test_a_month_is_one_by_the_calendar_and_ends_on_a_working_day(arrived, due):
    assert Due(date.fromisoformat(arrived)).answer == date.fromisoformat(due)


def test_put_off_an_answer_is_due_three_months_after_the_request_arrived():
    assert Due(date(2026, 11, 30)).longer == date(2027, 3, 1)  # the 28th is a Sunday


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (1954, 4, 18),
        (1981, 4, 19),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2027, 3, 28),
        (2038, 4, 25),
        (2049, 4, 18),
        (2076, 4, 19),
    ],
)
def test_easter_is_where_the_church_has_it(year, month, day):
    assert easter(year) == date(year, month, day)


@given(DAYS)
def test_easter_is_a_sunday_of_march_or_april(day):
    sunday = easter(day.year)
    assert sunday.weekday() == 6
    assert date(day.year, 3, 22) <= sunday <= date(day.year, 4, 25)
    assert len(holidays(day.year)) in (10, 11)  # Ascension may be the 1st or 8th of May


@given(DAYS)
def test_no_answer_is_due_on_a_day_of_rest_nor_before_the_month_is_over(day):
    due = Due(day).answer
    assert due.weekday() < 5
    assert due not in holidays(due.year)
    assert timedelta(days=28) <= due - day <= timedelta(days=31 + 4)
    assert working(months_after(day, 1)) == due


@pytest.mark.parametrize("who", ["enedis", "grdf", "water"])
def test_a_letter_asks_for_both_rights_and_says_the_day(who):
    done = typed(who, "--name", "Camille Martin", "--on", "2026-12-01")
    assert done.exit_code == 0
    text = done.stdout
    for said in ("articles 15 et 20", "Camille Martin", "4 janvier 2027", "CNIL"):
        assert said in text
    assert "Reçue le\n1er décembre 2026" in text
    assert "by 2027-01-04" in done.stderr


def test_what_the_household_left_out_is_left_blank():
    text = typed("enedis", "--on", "2026-12-01").stdout
    assert f"quatorze chiffres) : {BLANK}" in text


def test_the_water_service_has_the_name_that_it_has():
    text = typed("water", "--operator", "Eau du village", "--on", "2026-12-01").stdout
    assert "Eau du village" in text
    assert "[votre service" not in text


def test_a_day_that_is_none_is_refused():
    done = typed("grdf", "--on", "2026-02-30")
    assert done.exit_code != 0
    assert "is no day" in str(done.exception)


def test_the_day_is_said_in_french_to_who_speaks_it():
    done = typed("grdf", "--on", "2026-12-01", language="fr")
    assert "au plus tard le 2027-01-04" in done.stderr


@pytest.mark.parametrize("who", OPERATORS)
def test_the_page_has_each_letter_as_the_command_writes_it(who):
    page = (ROOT / "docs" / "fr" / "courriers.md").read_text(encoding="utf-8")
    written = letter(OPERATORS[who], Sender())
    assert f"```text\n{written}```\n" in page
