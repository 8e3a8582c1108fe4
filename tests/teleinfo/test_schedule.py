"""Schedules, in decimal or hexadecimal hours: known, told by the digits, or raw."""

from __future__ import annotations

import pytest

from teleinfo.schedule import Hours, Schedule


def schedule(used: str) -> Schedule:
    blocks = used.split()
    return Schedule.from_field(" ".join(blocks + ["NONUTILE"] * (11 - len(blocks))))


def times(found: Schedule, **rules) -> list[str] | None:
    blocks = found.blocks(**rules)
    return None if blocks is None else [block.at for block in blocks]


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ("0256C001 07568002", ["02:56", "07:56"]),  # 0x56 is no minute
        ("00004001 06004002 22004001", ["00:00", "06:00", "22:00"]),  # 0x22 is 34 h
        ("0050C001 1220C001 17508002", ["00:50", "12:20", "17:50"]),
    ],
)
def test_hours_that_only_decimal_can_mean_are_decimal(used, expected):
    found = schedule(used)
    assert found.hours is Hours.DECIMAL
    assert times(found) == expected


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ("0C1EC001", ["12:30"]),
        ("061E8002 161EC001", ["06:30", "22:30"]),
        ("0D1A8001", ["13:26"]),
        ("0A008002", ["10:00"]),
        ("00388001 0738C002 0C008001", ["00:56", "07:56", "12:00"]),
    ],
)
def test_hours_that_only_hexadecimal_can_mean_are_hexadecimal(used, expected):
    found = schedule(used)
    assert found.hours is Hours.HEXADECIMAL
    assert times(found) == expected


def test_hours_that_both_can_mean_are_not_guessed():
    found = schedule("00004001 06004002 16004001")
    assert found.hours is None
    assert times(found) is None
    assert found.used == ("00004001", "06004002", "16004001")


def test_a_meter_s_way_known_from_another_day_decides():
    found = schedule("00004001 06004002 16004001")
    assert times(found, known=Hours.DECIMAL) == ["00:00", "06:00", "16:00"]
    assert times(found, known=Hours.HEXADECIMAL) == ["00:00", "06:00", "22:00"]


def test_what_is_known_does_not_make_the_impossible_possible():
    assert times(schedule("07568002"), known=Hours.HEXADECIMAL) == ["07:56"]


def test_tempo_turns_at_six_and_at_ten_in_the_evening():
    found = schedule("00004001 06004002 16004001")
    assert times(found, tempo=True) == ["00:00", "06:00", "22:00"]
    # No way gives both turns: nothing is guessed.
    assert times(schedule("00004001 10004002"), tempo=True) is None


def test_hours_that_read_alike_in_both_are_no_question():
    assert times(schedule("00008001 06008002")) == ["00:00", "06:00"]
    assert times(schedule("")) == []


def test_an_action_has_an_index_contacts_and_the_dry_contact():
    found = schedule("0000C001 01008002 02004013 0300000F 04000000 05000405")
    blocks = found.blocks()
    assert blocks is not None
    assert [block.index for block in blocks] == [1, 2, 3, None, None, 5]
    assert [block.dry_contact for block in blocks] == [
        "close",
        "open",
        "tempo",
        "no_action",
        "no_action",
        "no_action",
    ]
    assert [c == "closed" for c in blocks[2].virtual_contacts] == [True] + [False] * 6
    assert [c == "closed" for c in blocks[5].virtual_contacts] == [False] * 6 + [True]
