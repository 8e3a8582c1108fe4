"""The tricks of writers, as oracles and as poisoners: rows of the table."""

from __future__ import annotations

from time import monotonic

from front import WRITTEN_S, Front, front
from table import Attack
from twin_house import Held, House

from edge.consent.standing import Act

TRICKS: list[Attack] = []
ROW = {"register": "import_total_wh", "at": "2026-10-26T11:00:00+01:00", "value": 5}
BATCH = {"readings": [ROW] * 3}
LINKY, GAS = (f"/api/v1/meters/{one}/readings" for one in ("linky", "gaz"))


def trick(name: str):
    """Make a function a row of the table: done by a writer of the meter "linky"."""

    def made(how):
        async def done(home: House):
            async with front(home) as at:
                writer, token = at.writers.add("node", "linky")
                async with at.caller(Authorization=f"Bearer {token}") as node:
                    await how(at, node, writer.id)

        TRICKS.append(Attack("writers", name, done, (Held(),)))
        return how

    return made


@trick("answers that tell what the gate made of it")
async def oracle(at: Front, node, _writer):
    """One home takes what it is sent, the other refuses it all."""
    for batch in (BATCH, {"readings": []}):
        answer = await node.post(LINKY, json=batch)
        assert answer.status_code == 202
        at.say(answer)
    assert len(at.gate.taken) == 2


@trick("the time that an answer takes")
async def timed(at: Front, node, _writer):
    begun_s = monotonic()
    at.say(await node.post(LINKY, json=BATCH))
    assert monotonic() - begun_s >= WRITTEN_S


@trick("readings of a meter that isn't its own")
async def poisoner(at: Front, node, _writer):
    answer = await node.post(GAS, json=BATCH)
    assert answer.status_code in (404, 413)
    at.say(answer)
    assert not at.gate.taken


@trick("reading with a token to write")
async def reader(at: Front, node, _writer):
    for path in (
        *("/api/v1/meters", "/api/v1/meters/linky/latest", "/api/v1/health"),
        *("/api/v1/meters/linky/registers/import_total_wh?step=day", LINKY),
        *("/api/v1/live", "/api/v1/owner/home", "/api/v1/grant", "/metrics"),
    ):
        answer = await node.get(path)
        assert answer.status_code in (404, 405), path
        at.say(answer)


@trick("a writer that came out of a backup")
async def held(at: Front, node, writer):
    at.home.consents.enter(Act.WRITER_HELD, {"writer": writer})
    answer = await node.post(LINKY, json=BATCH)
    assert answer.status_code == 401
    at.say(answer)
    assert not at.gate.taken


@trick("a writer that was removed")
async def removed(at: Front, node, writer):
    at.writers.remove(writer)
    answer = await node.post(LINKY, json=BATCH)
    assert answer.status_code == 401
    at.say(answer)
