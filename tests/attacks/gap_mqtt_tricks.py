"""More tricks on MQTT: what must not be, in either home."""

from __future__ import annotations

import asyncio

from table import Attack
from twin_house import Held

from edge.consent.consents import Choice
from tests.attacks.mqtt_twin import MqttTwin, asked, paris

TRICKS: list[Attack] = []
DENIED = 0x80
MORNING = "2026-10-27T07:00:03+01:00"


def trick(name: str, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack("mqtt", name, how, **{"held": (Held(),)} | kwargs))
        return how

    return made


@trick("the control topic of the broker's accounts")
async def control(home: MqttTwin):
    async with home.listening() as ear:
        topic = "$CONTROL/dynamic-security/v1"
        for one in (topic, f"{topic}/response", "$CONTROL/#"):
            code = await asyncio.to_thread(ear.subscribe, one)
            assert code >= DENIED, one
            home.code(one, code)
        code = await asyncio.to_thread(lambda: ear.publish(topic, b"{}"))
        assert code >= DENIED
        home.code("published", code)


@trick("its own login under another client id")
async def client_ids(home: MqttTwin):
    mine = await home.login(home.services["coach"])
    for client_id in ("releve-edge", "releve-owner", "x", mine["client_id"] + "0"):
        await home.refused(mine | {"client_id": client_id})
    assert {said[-1] for said in home.said} == {True}


@trick("an answer on another's topic, and a question on it")
async def others(home: MqttTwin):
    await home.give("other", Held(grain="30min"))
    async with home.listening() as ear, home.hearing("other") as other:
        theirs = other.login
        code = await asyncio.to_thread(
            lambda: ear.ask(asked(), reply=theirs["response"])
        )
        home.code("asked", code)
        code = await asyncio.to_thread(
            lambda: ear.ask(asked(step="30min"), topic=theirs["request"])
        )
        assert code >= DENIED
        home.code("denied", code)
        await home.answered(ear, asked())
        await home.quiet()
        assert (len(ear.answers()), len(other.answers())) == (1, 0)


@trick("what isn't granted, told from what never was", sees=b'"not_found"')
async def unknown(home: MqttTwin):
    questions = (
        *(asked(step=step) for step in ("raw", "30min", "hour")),
        *(asked(meter=name) for name in ("gaz", "garage", "nobody")),
        *(asked(register=name) for name in ("apparent_power_va", "nothing")),
    )
    async with home.listening() as ear:
        for question in questions:
            await home.answered(ear, question)
        assert len({one.payload for one in ear.answers()}) == 1


@trick("what stays at the broker for who comes later", sees=b'"seq":1')
async def nothing_kept(home: MqttTwin):
    async with home.listening():
        await home.on(MORNING)
    async with home.listening() as ear:
        await home.quiet()
        assert not ear.told


@trick("a row that waits longer than the window shows it", held=(Held(history="P2D"),))
async def expiry(home: MqttTwin):
    async with home.listening() as ear:
        await home.on(MORNING)
        (told,) = ear.told
        ends_ms = paris("2026-10-29T00:00:00+01:00")
        left_ms = told.properties.MessageExpiryInterval * 1000
        assert left_ms <= ends_ms - home.clock.wall_ms


@trick("what it read, left out of the read journal")
async def unnoted(home: MqttTwin):
    async with home.listening() as ear:
        await home.answered(ear, asked())
        await home.on(MORNING)
        noted = [
            one
            for who, _, one in home.noted.lines
            if who == ear.login["out"].split("/")[2]
        ]
        assert sum(one.rows for one in noted) >= len(ear.rows()) + 1
        home.code("noted", bool(noted))


@trick("more questions at once than it may ask", sees=b'"too_many_requests"')
async def greedy(home: MqttTwin):
    async with home.listening() as ear:
        home.part.requests._now_s = lambda: 0.0
        for _ in range(12):
            ear.client.publish(ear.login["request"], b"{}", 1)
        await home.until(lambda: len(ear.answers()) == 12)
        busy = [one for one in ear.answers() if b"too_many" in one.payload]
        assert len(busy) == 2


@trick("its login of before, the moment that it holds less")
async def void_at_once(home: MqttTwin):
    service = home.services["coach"]
    old = await home.login(service)
    (consent,) = home.consents.standing.consents.values()
    narrower = Choice(Held(history="P2D").choice.terms, consent.meters)
    await asyncio.to_thread(home.consents.narrow, consent.id, narrower)
    assert home.part.login(service) != old
    await home.until(lambda: home.guests.health().counters["turned_out"])
    await home.refused(old)
    assert home.said == [("refused", True)]


@trick(
    "what came due in a pause, or was counted in one",
    sees=b'"start":"2026-10-28T',
    never=(b'"start":"2026-10-26T', b'"start":"2026-10-27T'),
)
async def pause(home: MqttTwin):
    service = home.services["coach"]
    async with home.ear(service):
        await home.quiet()
    await asyncio.to_thread(home.consents.pause, [service])
    await home.on("2026-10-27T08:00:00+01:00")
    await asyncio.to_thread(home.consents.resume, [service])
    async with home.listening():
        for day in ("28", "29"):
            await home.on(f"2026-10-{day}T07:00:03+01:00")
