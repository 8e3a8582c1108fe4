"""Answers handed over unread, and what the process apart says of them."""

from __future__ import annotations

import pytest

from collectors import NotCollected, Reason, reading
from collectors.collector import Answered
from collectors.tempo import Tempo
from exports.errors import FileRefused
from exports.reading.ask import Found
from exports.said import Export

MADE = Tempo.from_table({})
BODY = Answered(b'[{"dateJour": "2026-10-01", "codeJour": 1}]', "joursTempo.json")
QUOTA = NotCollected(Reason.QUOTA, "days", wait_s=60)


def read(reader=None, given=(BODY,), excuse=None):
    return reading.read(MADE, list(given), excuse, "Europe/Paris", reader)


def refusing(reason):
    def reader(_data, _ask):
        raise FileRefused(reason, "for a test")

    return reader


def test_they_are_read_by_a_process_that_can_do_nothing_else():
    found = read()
    assert [row[0] for row in found.rows] == ["tempo_day"]
    assert found.excuse is None


def test_the_process_is_told_where_its_formats_are_and_nothing_of_the_portal():
    asked = []

    def reader(data, ask):
        asked.append((data, ask))
        return Found("", "", Export("collected", None, ()))

    assert not read(reader).rows
    ((data, ask),) = asked
    assert data == b"\n" + BODY.data
    assert ask.modules == ("collectors.packed", "collectors.signals")
    assert ask.name == "tempo"


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ("web-page", Reason.MAINTENANCE),
        ("truncated", Reason.TRUNCATED),
        ("several-meters", Reason.WHICH_METER),
        ("too-large", Reason.CHANGED),
        ("unknown-format", Reason.CHANGED),
    ],
)
def test_a_refusal_of_the_process_is_told_by_our_own_word(refusal, reason):
    with pytest.raises(NotCollected) as refused:
        read(refusing(refusal))
    assert (refused.value.reason, refused.value.where) == (reason, refusal)


def test_answers_without_readings_are_no_failure():
    assert not read(refusing("no-readings")).rows
    assert read(refusing("empty"), excuse=QUOTA).excuse is QUOTA
    assert read(refusing("asked for nothing"), given=(), excuse=QUOTA).excuse is QUOTA


def test_one_that_breaks_off_is_the_excuse_of_the_rest():
    broken = Answered(b'[{"codeJour"', "joursTempo.json")
    found = read(given=(BODY, broken))
    assert len(found.rows) == 1
    assert found.excuse.reason is Reason.TRUNCATED
    assert read(given=(BODY, broken), excuse=QUOTA).excuse is QUOTA


def test_what_came_before_a_refusal_is_kept():
    def answers():
        yield BODY
        raise QUOTA

    assert reading.gathered(answers()) == ([BODY], QUOTA)
    with pytest.raises(NotCollected):
        reading.gathered(iter_raising())


def iter_raising():
    raise QUOTA
    yield BODY


@pytest.mark.parametrize(("name", "most"), [("MOST_ANSWERS", 2), ("MOST_BYTES", 100)])
def test_a_portal_says_no_more_than_three_years_do(name, most, monkeypatch):
    monkeypatch.setattr(reading, name, most)
    given, excuse = reading.gathered(iter([BODY] * 9))
    assert len(given) == 2
    assert (excuse.reason, excuse.where) == (Reason.CHANGED, "size")
