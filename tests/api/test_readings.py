"""Readings sent in: the owner's alone, bounded, each answered for itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import orjson
import pytest
from api_house import caller, paris
from hypothesis import given
from hypothesis import strategies as st

from api.routes.readings import _read
from edge.errors import DiskFull
from edge.receiving import Answer, Denied, Sent

READINGS = "/api/v1/meters/linky/readings"
AT = "2026-10-26T11:00:00+01:00"
ROW = {"register": "import_total_wh", "at": AT, "value": 5}


class FakeReceiver:
    """Takes what it is sent, and notes it."""

    def __init__(self):
        self.taken, self.failure = [], None
        self.four, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def take(self, meter, batch):
        if self.failure:
            raise self.failure
        self.taken.append((meter, batch))
        if len(self.taken) == 4:
            self.four.set()
        await self.gate.wait()
        refused = [Denied(one.where, "fall") for one in batch if one.value == 0]
        return Answer(len(batch) - len(refused), 0, refused)


@pytest.fixture
def receiver():
    return FakeReceiver()


@pytest.fixture
def house(deps, receiver):
    return replace(deps, readings=receiver)


@pytest.fixture
async def client(house):
    async with caller(house) as made:
        yield made


def problem(answer, kind):
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.json()["type"] == f"/docs#{kind}"
    return answer.json()


async def test_readings_are_taken_and_each_refused_one_named(client, receiver):
    rows = [ROW, {**ROW, "value": 0}, {**ROW, "at": "2026-10-26T10:00:00Z"}]
    answer = await client.post(READINGS, json={"readings": rows})
    assert answer.status_code == 200
    refused = [{"where": "readings[1]", "reason": "fall"}]
    assert answer.json() == {"accepted": 2, "unchanged": 0, "refused": refused}
    ((meter, batch),) = receiver.taken
    assert meter == "linky"
    assert batch[0] == Sent("readings[0]", "import_total_wh", paris(AT), 5)
    assert batch[2].at_ms == paris("2026-10-26T11:00:00+01:00")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        *((row, "shape") for row in (1, None, [], {}, {**ROW, "quality": "validated"})),
        *(({**ROW, "value": v}, "value") for v in (1.0, "5", True, None, 1 << 60)),
        *(({**ROW, "value": v}, "value") for v in (1 << 62, -(1 << 53))),
        *(({**ROW, "at": at}, "instant") for at in (5, None, "", "yesterday")),
        ({**ROW, "at": "2026-10-26T11:00:00"}, "instant"),
        ({**ROW, "at": "2026-10-26"}, "instant"),
        ({**ROW, "at": "2026-02-30T11:00:00Z"}, "instant"),
        ({**ROW, "at": "0001-01-01T00:00:00+14:00"}, "too-far"),
        ({**ROW, "register": "A B"}, "unknown"),
        ({**ROW, "register": 5}, "unknown"),
    ],
)
async def test_what_is_no_reading_is_refused_and_the_others_are_taken(
    client, row, reason
):
    body = orjson.dumps({"readings": [row, ROW]})
    answer = (await client.post(READINGS, content=body)).json()
    refused = [{"where": "readings[0]", "reason": reason}]
    # an instant of the year 0 can be told: the home says that it is too old
    assert answer["refused"] == ([] if reason == "too-far" else refused)
    assert answer["accepted"] == (2 if reason == "too-far" else 1)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(1 << 60), 1 << 60)
        | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["register", "at", "value", "x"]), inner)
        ),
        max_leaves=8,
    )
)
def test_anything_in_a_batch_is_a_reading_or_refused(row):
    batch, denied = _read(orjson.dumps({"readings": [row, row]}))
    assert len(batch) + len(denied) == 2


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"readings": {}}', b"\xff", b"NaN"]
)
async def test_a_body_that_holds_no_readings_is_a_problem(client, receiver, body):
    problem(await client.post(READINGS, content=body), "readings-refused")
    many = {"readings": [1] * 1001}
    problem(await client.post(READINGS, json=many), "readings-refused")
    assert receiver.taken == []


async def test_a_batch_has_a_largest_size(client, receiver):
    async def drops():
        yield b"x"

    problem(await client.post(READINGS, content=drops()), "length-needed")
    large = b" " * ((256 << 10) + 1)
    problem(await client.post(READINGS, content=large), "body-too-large")
    for where in ("/api/v1/meters/linky/latest", f"{READINGS}/x", f"/x{READINGS}"):
        problem(await client.post(where, content=b"x"), "body-refused")
    assert receiver.taken == []


async def test_no_stranger_sends_readings(house, receiver):
    async with caller(house, headers={}) as stranger:
        answer = await stranger.post(READINGS, json={"readings": [ROW]})
    problem(answer, "credential-needed")
    assert receiver.taken == []


async def test_readings_are_of_a_meter_of_the_home(client, receiver):
    answer = await client.post(
        "/api/v1/meters/lynky/readings", json={"readings": [ROW]}
    )
    assert "linky" in problem(answer, "unknown-meter")["detail"]
    assert receiver.taken == []


async def test_a_full_disk_is_said_and_the_batch_may_be_sent_again(client, receiver):
    receiver.failure = DiskFull("the disk is full")
    answer = await client.post(READINGS, json={"readings": [ROW]})
    assert "again" in problem(answer, "busy")["detail"]
    assert answer.headers["retry-after"] == "30"


async def test_so_many_batches_at_once_and_no_more(client, receiver):
    receiver.gate.clear()
    body = {"readings": [ROW]}
    going = [asyncio.create_task(client.post(READINGS, json=body)) for _ in range(4)]
    await receiver.four.wait()
    problem(await client.post(READINGS, json=body), "too-many-uploads")
    receiver.gate.set()
    assert [answer.status_code for answer in await asyncio.gather(*going)] == [200] * 4


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_readings_are_posted(client, method):
    answer = await client.request(method, READINGS)
    problem(answer, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


async def test_where_nothing_takes_them_there_is_nothing(deps):
    async with caller(deps) as made:
        problem(await made.post(READINGS, json={"readings": []}), "not-found")
