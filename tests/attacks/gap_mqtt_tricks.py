"""More tricks on MQTT: what must not be, in either home."""

from __future__ import annotations

import asyncio

from table import Attack
from twin_house import Held

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
