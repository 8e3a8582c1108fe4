"""Writers: they send readings of one meter, and learn nothing of anything."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic

import httpx
import orjson
import pytest
from api_house import TOKEN, caller
from services_house import Household, Service, stranger

from api.app import create_app
from edge.consent.writers import Writers
from edge.errors import DiskFull
from edge.receiving import Answer, Denied

READINGS = "/api/v1/meters/linky/readings"
ROW = {"register": "import_total_wh", "at": "2026-10-26T11:00:00+01:00", "value": 5}
STEP_S = 0.2
FIRST = asyncio.FIRST_COMPLETED


class Receiver:
    """Takes what it is sent, as its `verdict` says, after `work_s`."""

    def __init__(self):
        self.taken, self.failure, self.refuse, self.work_s = [], None, False, 0.0
        self.gate = asyncio.Event()
        self.gate.set()

    async def take(self, meter, batch):
        if self.failure:
            raise self.failure
        self.taken.append((meter, batch))
        await self.gate.wait()
        if self.work_s:
            await asyncio.sleep(self.work_s)  # what a judgement takes
        refused = [Denied(one.where, "jump") for one in batch] if self.refuse else []
        return Answer(len(batch) - len(refused), 0, refused)


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def household(tmp_path):
    found = Household.open(tmp_path)
    yield found
    found.consents.close()


@pytest.fixture
def house(deps, household, receiver):
    limits = replace(deps.limits, written_s=STEP_S)
    return replace(household.within(deps), readings=receiver, limits=limits)


@pytest.fixture
def writers(household):
    return Writers(household.consents)


@pytest.fixture
def token(writers):
    return writers.add("node", "linky")[1]


@pytest.fixture
async def node(house, token):
    transport = httpx.ASGITransport(app=create_app(house), client=("10.0.0.9", 1))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers=headers
    ) as made:
        yield made


async def test_what_a_writer_sends_is_taken(node, receiver):
    answer = await node.post(READINGS, json={"readings": [ROW]})
    assert (answer.status_code, answer.json()) == (202, {"received": True})
    ((meter, (sent,)),) = receiver.taken
    assert (meter, sent.register, sent.value) == ("linky", "import_total_wh", 5)


async def test_whatever_becomes_of_it_the_answer_is_the_same(node, receiver):
    """Byte by byte, header by header, and after as long."""
    answers, times_s = [], []
    for refuse, work_s in ((False, 0.0), (True, 0.0), (False, 0.1), (True, 0.1)):
        receiver.refuse, receiver.work_s = refuse, work_s
        begun_s = monotonic()
        answers.append(await node.post(READINGS, json={"readings": [ROW] * 3}))
        times_s.append(monotonic() - begun_s)
    assert len({(a.status_code, a.content, str(a.headers)) for a in answers}) == 1
    assert min(times_s) >= STEP_S


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"readings": 1}',
        orjson.dumps({"readings": [ROW, {"register": "x"}]}),
        orjson.dumps({"readings": [ROW | {"value": 1.5}]}),
        orjson.dumps({"readings": [ROW | {"at": "now"}]}),
        orjson.dumps({"readings": [ROW | {"more": 1}]}),
        orjson.dumps({"readings": [ROW] * 1001}),
    ],
)
async def test_a_message_that_is_none_is_refused_whole(node, receiver, body):
    answer = await node.post(
        READINGS, content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (413, 422)
    assert receiver.taken == []


async def test_a_full_disk_has_it_sent_again(node, receiver):
    receiver.failure = DiskFull("no room")
    answer = await node.post(READINGS, json={"readings": [ROW]})
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


ELSEWHERE = (
    "/api/v1/meters",
    "/api/v1/meters/linky/latest",
    "/api/v1/meters/linky/registers/import_total_wh",
    "/api/v1/meters/linky/registers/import_total_wh?step=day",
    "/api/v1/meters/linky/facts",
    "/api/v1/grant",
    "/api/v1/grant/readings",
    "/api/v1/live",
    "/api/v1/health",
    "/api/v1/imports",
    "/api/v1/openapi.json",
    "/api/v1/nothing",
    "/metrics",
    READINGS,
    "/api/v1/meters/linky/readings/",
    "/api/v1/meters/garage/readings",
    "/api/v1/meters/nobody/readings",
)


async def test_everything_else_is_nowhere_and_all_alike(node):
    answers = [await node.get(path) for path in ELSEWHERE]
    answers += [await node.post(path) for path in ELSEWHERE if path != READINGS]
    answers += [await node.put(READINGS), await node.delete(READINGS)]
    told = {(a.status_code, body_of(a), str(faceless(a))) for a in answers}
    assert len(told) == 1
    assert answers[0].status_code == 404


def body_of(answer):
    """Give a problem without the path asked for, which it repeats."""
    return tuple(sorted((k, v) for k, v in answer.json().items() if k != "instance"))


def faceless(answer):
    return [(k, v) for k, v in answer.headers.items() if k != "content-length"]


async def test_the_meters_of_others_take_nothing(node, receiver):
    for meter in ("garage", "nobody"):
        path = f"/api/v1/meters/{meter}/readings"
        answer = await node.post(path, json={"readings": [ROW]})
        assert answer.status_code in (404, 413)
    assert receiver.taken == []


async def test_a_removed_writer_is_a_stranger_at_once(node, writers, receiver):
    (one,) = writers.all()
    writers.remove(one.id)
    answer = await node.post(READINGS, json={"readings": [ROW]})
    assert answer.status_code == 401
    assert receiver.taken == []


async def test_a_service_sends_no_readings(house, household, receiver):
    async with stranger(house) as client:
        service = Service(client)
        await service.join(household)
        answer = await client.post(
            READINGS, json={"readings": [ROW]}, headers=service.bearer
        )
    assert answer.status_code in (404, 413)
    assert receiver.taken == []


async def test_the_owner_is_told_what_became_of_each(house, receiver):
    receiver.refuse = True
    async with caller(house) as owner:
        answer = await owner.post(READINGS, json={"readings": [ROW]})
    assert answer.status_code == 200
    assert answer.json()["refused"][0]["reason"] == "jump"


async def test_a_writer_that_floods_keeps_no_place_of_the_owners(house, node, receiver):
    receiver.gate.clear()
    sending = [
        asyncio.create_task(node.post(READINGS, json={"readings": [ROW]}))
        for _ in range(8)
    ]
    done, waiting = set(), set(sending)
    while len(done) < 7:
        more, waiting = await asyncio.wait(waiting, timeout=60, return_when=FIRST)
        assert more
        done |= more
    assert {one.result().status_code for one in done} == {429}
    receiver.gate.set()
    async with caller(house) as owner:
        answer = await owner.post(READINGS, json={"readings": [ROW]})
    assert answer.status_code == 200
    assert (await waiting.pop()).status_code == 202


@pytest.mark.parametrize("credential", [f"{TOKEN}, Bearer x", "x"])
async def test_two_words_at_once_are_none(node, receiver, token, credential):
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", credential)]
    answer = await node.request(
        "POST", READINGS, json={"readings": [ROW]}, headers=headers
    )
    assert answer.status_code in (401, 429)
    assert receiver.taken == []
