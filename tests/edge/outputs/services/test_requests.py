"""A service that is let go while its question waits is told nothing more."""

from __future__ import annotations

import asyncio
import json
from zoneinfo import ZoneInfo

import pytest

from edge.broker.publisher import Message
from edge.outputs.services.home import Home
from edge.outputs.services.messages import Messages
from edge.outputs.services.requests import ServicesRequests

ZONE = ZoneInfo("Europe/Paris")
MESSAGES = Messages("releve", ZONE)
TOPIC = MESSAGES.branch("solar").request
ASKED = {
    "meter": "linky",
    "register": "import_total_wh",
    "step": "day",
    "start": "2026-10-01T00:00:00+02:00",
    "end": "2026-10-02T00:00:00+02:00",
}
ANSWER = b'{"rows": []}'


class Household:
    """What one household decided; the grant stands to be asked for `left` times."""

    standing = None

    def __init__(self):
        self.granted, self.left, self.noted = True, 99, []

    def grant(self, _service):
        self.left -= 1
        return "grant" if self.granted and self.left >= 0 else None

    def now_ms(self):
        return 1_792_870_000_000

    def note(self, service, *_):
        self.noted.append(service)

    def answer(self, *_):
        return ANSWER, []


class Line:
    """A connection that brings one question and then only what is done meanwhile."""

    def __init__(self, heard=lambda: None):
        self._heard, self.said = heard, []

    async def subscribe(self, _topic, qos=0):
        pass

    async def messages(self):
        yield Message(TOPIC, json.dumps(ASKED).encode())
        self._heard()
        serving = asyncio.all_tasks() - {asyncio.current_task()} - self.before
        await asyncio.gather(*serving)

    async def publish(self, topic, payload, **_):
        self.said.append((topic, payload))


@pytest.fixture
def household():
    return Household()


def requests_of(household):
    home = Home(household, lambda _: "login", ZONE, {}, household)
    return ServicesRequests(household, home, MESSAGES, asyncio.Lock())


async def ask(household, line):
    line.before = asyncio.all_tasks()
    await requests_of(household).run(line)
    return line.said


async def test_it_is_answered_while_its_grant_stands(household):
    said = await ask(household, Line())
    assert said == [(MESSAGES.branch("solar").response, ANSWER)]
    assert household.noted == ["solar"]


async def test_a_grant_that_ends_before_its_turn_is_not_answered(household):
    def end():
        household.granted = False

    assert await ask(household, Line(end)) == []
    assert household.noted == []


async def test_a_grant_that_ends_as_its_turn_comes_is_not_answered(household):
    household.left = 2  # when it is heard, and when its turn comes
    assert await ask(household, Line()) == []
    assert household.noted == []


async def test_a_grant_that_ends_while_it_is_read_is_not_answered(household):
    def answer(*_):
        household.granted = False
        return ANSWER, []

    household.answer = answer
    assert await ask(household, Line()) == []
    assert household.noted == []


async def test_without_a_connection_there_is_nothing_to_take_away(household):
    await requests_of(household).clear("solar")
    await requests_of(household).fence()
