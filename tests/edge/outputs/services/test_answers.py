"""Answers come in bounded pages, around what was paused, and of asked spans alone."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest

from edge.catalogue import ConsentClass, Fluid
from edge.consent.period import Period
from edge.consent.records import Consent, Grant, Pause
from edge.consent.terms import Channel, Grain, Terms
from edge.interval import Point, Step
from edge.outputs.services.answers import NOT_FOUND, Answers
from edge.outputs.services.messages import Messages
from edge.outputs.services.question import Asking

PARIS = ZoneInfo("Europe/Paris")
YEAR = Period.parse("P1Y")
NOW = 1_795_500_000_000
HOUR = 3_600_000
TERMS = Terms(
    *(Fluid.ELECTRICITY, ConsentClass.LIVE_POWER, Grain.LIVE),
    *(YEAR, frozenset(Channel), "Conseils", YEAR),
)
CONSENT = Consent("c1", "coach", frozenset({"linky"}), TERMS, 0, 1 << 60)
PAUSE = Pause(NOW - 3 * HOUR, NOW - 2 * HOUR)
GRANT = Grant("coach", 1, (CONSENT,), (PAUSE,), at_ms=NOW)


class Minutes:
    """Reads one value a minute, and notes which spans were read."""

    def __init__(self):
        self.read = []

    def raw(self, _meter, _register, start_ms, end_ms, limit):
        self.read.append((start_ms, end_ms))
        instants = range(start_ms, end_ms, 60_000)
        return [Point(at_ms, 230) for at_ms in instants][:limit]


@pytest.fixture
def reads():
    return Minutes()


def answered(reads, start_ms, end_ms, limit, meter="linky"):
    answers = Answers(reads, Messages("releve", PARIS), PARIS)
    asked = Asking(meter, "apparent_power_va", Step.RAW, start_ms, end_ms, limit)
    return answers.answer(GRANT, asked, NOW)


def test_a_full_page_reads_no_further(reads):
    found, readings = answered(reads, NOW - 5 * HOUR, NOW - HOUR, 10)
    assert len(json.loads(found)["rows"]) == 10
    assert json.loads(found)["next"] is not None
    assert [one.rows for one in readings] == [10]
    assert len(reads.read) == 1


def test_what_was_paused_is_in_no_page(reads):
    found, _ = answered(reads, NOW - 4 * HOUR, NOW - HOUR, 1000)
    assert len(json.loads(found)["rows"]) == 120
    assert json.loads(found)["next"] is None
    assert all(
        end <= PAUSE.start_ms or start >= PAUSE.end_ms for start, end in reads.read
    )


def test_a_span_that_is_empty_is_not_read(reads):
    found, readings = answered(reads, NOW - HOUR, NOW - HOUR, 10)
    assert json.loads(found) == {"rows": [], "next": None}
    assert (readings, reads.read) == ([], [])


def test_another_meter_is_not_found(reads):
    assert answered(reads, 0, NOW, 10, meter="gas") == (NOT_FOUND, [])
