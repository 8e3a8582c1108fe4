"""EDF's file: a date, then the times of its day, the newest first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from exports import Civil, Nature

PARIS = ZoneInfo("Europe/Paris")
HEAD = (
    "\nRécapitulatif de mes puissances atteintes en W\n\n"
    "Date et heure de relève par le distributeur;Puissance atteinte (W);"
    "Nature de la donnée\n"
)


def days(first: date, count: int, *, falling: bool = True) -> str:
    lines = []
    order = [first + timedelta(days=i) for i in range(count)]
    for day in reversed(order) if falling else order:
        at, end = Civil(PARIS).span(day, day)
        rows = []
        while at < end:
            at += timedelta(minutes=30)
            rows.append(f"{at.astimezone(PARIS):%H:%M:%S};{len(rows)};Réelle")
        lines += [f"{day:%d/%m/%Y};;", *(rows[::-1] if falling else rows), ""]
    return "\n".join(lines)


def test_a_midnight_first_under_its_date_ends_that_day(read, said):
    export = read(
        (
            HEAD + "30/01/2026;;\n00:00:00;3916;Réelle\n23:30:00;4522;Estimée\n"
            "29/01/2026;;\n00:00:00;2000;Réelle\n23:30:00;;\n"
        ).encode("cp1252")
    )
    assert export.format == "edf-reached-powers"
    assert said(export, "import_mean_power_w") == [
        "29 22:30-29 23:00 2000",
        "30 22:00-30 22:30 4522",
        "30 22:30-30 23:00 3916",
    ]
    assert [one.nature for one in export.amounts][1] is Nature.ESTIMATED
    assert export.absent[0].end == datetime(2026, 1, 29, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("falling", [True, False])
@pytest.mark.parametrize(
    ("first", "steps"),
    [
        (date(2025, 10, 25), 48 + 50 + 48),
        (date(2025, 3, 29), 48 + 46 + 48),
        (date(2025, 12, 30), 3 * 48),
    ],
)
def test_days_on_which_clocks_change_are_whole(first, steps, falling, read):
    export = read(HEAD + days(first, 3, falling=falling))
    assert export.refused == ()
    assert len(export.amounts) == steps
    assert all(a.end == b.start for a, b in pairwise(export.amounts))
    assert export.amounts[0].start == Civil(PARIS).midnight(first)


def test_a_time_said_twice_is_refused_and_a_bare_file_is_recognised(read):
    export = read("30/01/2026;;\n23:30:00;4522;R\n23:30:00;9;R\n23:00:00;1;R\n")
    assert [one.reason for one in export.refused] == ["two-values"]
    assert len(export.amounts) == 2


def test_a_date_that_does_not_exist_is_refused_with_nothing_else(read):
    export = read(
        HEAD + "30/01/2026;;\n23:30:00;1;R\n23:00:00;2;R\n31/02/2026;;\n23:30:00;5;R\n"
    )
    assert [one.reason for one in export.refused] == ["not-a-date"]
    assert [one.value for one in export.amounts] == [2, 1]
