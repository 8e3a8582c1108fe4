"""The way back from a Cozy: its address shown first, answered by one session."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from api_house import caller

from edge.outputs.cozy.errors import CozyRefused

OWNER = "/api/v1/owner/cozy"
URL = "https://alice.cozy.example"


@dataclass
class Waiting:
    """A consent that was begun, under the state "one"."""

    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def host(self, state, who):
        self.asked.append((state, who))
        return URL if state == "one" else None

    async def connect(self, state, code, who):
        self.asked.append((state, code, who))
        if code != "right":
            raise CozyRefused("no consent waits under this state")
        return URL


@pytest.fixture
def waiting():
    return Waiting()


@pytest.fixture
def deps(deps, waiting):
    return replace(deps, cozy=waiting)


async def test_the_owner_is_shown_which_cozy_it_is_before_anything_is_sent(
    deps, waiting
):
    async with caller(deps) as owner:
        told = await owner.post(f"{OWNER}/asked", json={"state": "one"})
        assert told.json() == {"url": URL}
        assert (
            await owner.post(f"{OWNER}/asked", json={"state": "two"})
        ).status_code == 404
        sent = {"state": "one", "code": "right"}
        answer = await owner.post(f"{OWNER}/connect", json=sent)
    assert answer.json() == {"connected": URL}
    assert [one[0] for one in waiting.asked] == ["one", "two", "one"]


async def test_a_cozy_that_does_not_confirm_connects_nothing(deps):
    async with caller(deps) as owner:
        sent = {"state": "one", "code": "wrong"}
        answer = await owner.post(f"{OWNER}/connect", json=sent)
    assert answer.status_code == 409
    assert answer.json()["type"] == "/docs#decision-refused"


@pytest.mark.parametrize("word", ["", "x" * 1_001])
async def test_words_have_a_length(deps, waiting, word):
    async with caller(deps) as owner:
        answer = await owner.post(f"{OWNER}/asked", json={"state": word})
    assert answer.status_code == 422
    assert not waiting.asked


async def test_without_a_part_for_cozys_there_is_nothing(deps):
    async with caller(replace(deps, cozy=None)) as owner:
        answer = await owner.post(f"{OWNER}/asked", json={"state": "one"})
    assert answer.status_code == 404


async def test_the_page_takes_the_query_of_a_cozy_and_shows_nothing_of_it(deps):
    async with caller(deps, headers={}) as stranger:
        answer = await stranger.get(
            "/cozy/callback?access_code=secret&code=secret&state=one"
        )
        other = await stranger.get("/cozy/callback?next=elsewhere")
    assert answer.status_code == 200
    assert "secret" not in answer.text
    assert other.status_code == 422
