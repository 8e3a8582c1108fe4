"""Answers packed as one file, and what the process says that reads it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from collectors import packed
from collectors.collector import Answered
from exports import Document
from exports.errors import FileRefused

PARIS = ZoneInfo("Europe/Paris")
TEMPO = ("collectors.signals:tempo-days",)
GAS = ("gazpar.formats",)


def day(number, code=1):
    return b'[{"dateJour": "2026-10-%02d", "codeJour": %d}]' % (number, code)


def gas(pce, day_of_month):
    return (
        b'{"%s": {"idPce": "%s", "releves": [{"journeeGaziere": "2026-10-%02d",'
        b' "dateDebutReleve": "2026-10-%02dT06:00:00+02:00", "dateFinReleve":'
        b' "2026-10-%02dT06:00:00+02:00", "volumeBrutConsomme": 1.0,'
        b' "energieConsomme": 11}]}}'
    ) % (pce, pce, day_of_month, day_of_month, day_of_month + 1)


def said(formats, *bodies):
    answers = [Answered(one, "days.json") for one in bodies]
    made = packed.planned(packed.plan(formats, answers))
    return made.read(Document(packed.pack(answers)), PARIS)


def test_answers_are_read_in_their_order_and_joined():
    found = said(TEMPO, day(1), day(2), day(3))
    assert [one.start.day for one in found.amounts] == [1, 2, 3]
    assert found.facts == ()


def test_an_answer_without_readings_takes_nothing_from_the_others():
    assert len(said(TEMPO, day(1), b"[]", b" ", day(2)).amounts) == 2


def test_a_mark_of_one_answer_is_not_the_files():
    with pytest.raises(FileRefused) as refused:
        said(TEMPO, b"\xff\xfe\x00")
    assert refused.value.reason == "unknown-format"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'[{"codeJour"', "truncated"),
        (b"nope", "unknown-format"),
        (b'{"codeJour":' * 99_999, "too-deep"),
    ],
)
def test_what_came_before_one_that_cant_be_read_counts(broken, reason):
    found = said(TEMPO, day(1), broken, day(3))
    assert [one.start.day for one in found.amounts] == [1]
    assert found.facts == ({"kind": packed.BROKE_OFF, "reason": reason},)
    with pytest.raises(FileRefused) as refused:
        said(TEMPO, broken, day(3))
    assert refused.value.reason == reason


def test_answers_of_two_meters_are_none():
    one = said(GAS, gas(b"21098765432104", 1), gas(b"21098765432104", 2))
    assert one.meter == "21098765432104"
    with pytest.raises(FileRefused) as refused:
        said(GAS, gas(b"21098765432104", 1), gas(b"21098765432112", 2))
    assert refused.value.reason == "several-meters"


def test_too_many_rows_are_none(monkeypatch):
    monkeypatch.setattr(packed, "MOST_AMOUNTS", 1)
    with pytest.raises(FileRefused) as refused:
        said(TEMPO, day(1), day(2))
    assert refused.value.reason == "too-large"


def test_only_the_format_that_a_collector_names_is_tried():
    with pytest.raises(FileRefused):
        said(("collectors.signals:ecowatt",), day(1))
