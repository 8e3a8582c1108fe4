"""The tricks on MQTT in the life of a login, a queue, a month: rows of the table."""

from __future__ import annotations

import asyncio
import json

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from table import Attack
from twin_house import Held

from edge.consent.writers import Writers
from edge.interval import Step
from tests.attacks.mqtt_twin import MqttTwin, asked, paris
from tests.attacks.service_house import Ear

TRICKS: list[Attack] = []
MORNINGS = ("2026-10-27T07:00:03+01:00", "2026-10-28T07:00:03+01:00")
EXPIRED_S = 2.1
"""The broker counts in whole seconds: by then what waits one second is no more."""


def trick(name: str, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack("mqtt", name, how, **{"held": (Held(),)} | kwargs))
        return how

    return made


async def left(home: MqttTwin) -> list[tuple[str, bytes]]:
    """Give what the broker keeps below all services, as the owner finds it."""
    shell = home.owner()
    ear = Ear(
        home.port,
        {
            "username": shell.user,
            "password": shell.password,
            "client_id": f"releve-{shell.user}",
        },
    )
    topic = "releve/services/#"
    await asyncio.to_thread(ear.open, topic)
    await asyncio.to_thread(ear.subscribe, "releve/x")  # after what is kept
    await asyncio.to_thread(ear.shut)
    return [(home.named(told.topic), told.payload) for told in ear.told]


@trick("what is left of a session, a queue and a will once withdrawn")
async def withdrawn(home: MqttTwin):
    (consent,) = home.consents.standing.consents.values()
    login = await home.login(home.services["coach"])
    question = json.dumps(asked()).encode()
    ear = Ear(home.port, login, durable=True)
    later = Properties(PacketTypes.WILLMESSAGE)
    later.WillDelayInterval = 1
    ear.client.will_set(login["request"], question, 1, True, later)
    await asyncio.to_thread(ear.open)
    await asyncio.to_thread(
        lambda: ear.publish(login["request"], question, retain=True)
    )
    await asyncio.to_thread(ear.wait, ear.answers)
    home.ears.append(ear)
    await home.on(MORNINGS[0])
    assert ear.rows()
    await home.withdraw(consent)
    await asyncio.to_thread(ear.wait, lambda: ear.ended)
    told = len(ear.told)
    home.code("ended", str(ear.ended[0]))
    await home.until(lambda: home.guests.health().counters["swept"])
    await home.differ()
    await home.on(MORNINGS[1])
    await home.refused(login, durable=True)
    home.code("nothing more", len(ear.told) == told)
    kept = await left(home)
    assert not kept
    home.code("left", kept)
    home.got("coach", ear)
    home.ears.remove(ear)
    await asyncio.to_thread(ear.shut)


@trick(
    "a queue that waits longer than the window shows it",
    held=(Held(history="P2D"),),
    sees=b'"start":"2026-10-27T00:00:00+01:00"',
    never=(b'"start":"2026-10-26T00:00:00+01:00"',),
)
async def outlived(home: MqttTwin):
    async with home.ear(home.services["coach"], durable=True):
        pass
    # two days come due at once, the first of which has a second left to be seen
    home.clock.wall_ms = paris("2026-10-28T12:00:00+01:00")
    await home.on("2026-10-28T23:59:58.900+01:00")
    await home.until(lambda: home.part.health().counters["delivered"] == 2)
    await asyncio.sleep(EXPIRED_S)  # the broker's own clock has to see it
    async with home.listening(durable=True):
        await home.quiet()


@trick("an answer that waits longer than the window shows it", sees=b'"rows"')
async def answer_outlived(home: MqttTwin):
    async with home.listening() as ear:
        for last, most_s in (("23:00:00", 300), ("23:59:30", 30), ("23:59:59.5", 1)):
            await home.on(f"2026-10-26T{last}+01:00")
            await home.answered(ear, asked())
            left_s = ear.answers()[-1].properties.MessageExpiryInterval
            assert 0 < left_s <= most_s


@trick(
    "open months and years, polled",
    held=(Held(grain="month", history="P1Y"),),
    grain=Step.MONTH,
    window="2025-11-01T00:00:00+01:00",
    sees=b'"rows":[{',
)
async def months(home: MqttTwin):
    async with home.listening() as ear:
        for day in ("26T13:00", "27T07:30", "31T23:59"):
            await home.on(f"2026-10-{day}:00+01:00")
            for step in ("month", "year", "day"):
                start = "2025-10-01T00:00:00+02:00"
                end = "2026-12-01T00:00:00+01:00"
                await home.answered(ear, asked(step=step, start=start, end=end))


@trick(
    "two tariff calendars, crossed",
    held=(Held("energy_by_tariff"),),
    sees=b'"not_found"',
    never=(b'"value"',),
)
async def calendars(home: MqttTwin):
    async with home.listening() as ear:
        for n in (1, 2, 3, 4):
            for step in ("day", "month", "30min"):
                name = f"import_distributor{n:02}_wh"
                await home.answered(ear, asked(register=name, step=step))
        await home.on(MORNINGS[0])


@trick("the name and token of a writer")
async def writer(home: MqttTwin):
    made, token = await asyncio.to_thread(Writers(home.consents).add, "garage", "linky")
    mine = await home.login(home.services["coach"])
    for name in (made.id, made.name, mine["username"]):
        for client_id in (made.id, made.name, mine["client_id"], ""):
            forged = {"username": name, "password": token, "client_id": client_id}
            await home.refused(mine | forged)
    assert {said[-1] for said in home.said} == {True}
    async with home.hearing("coach") as ear:
        for place in (f"releve/in/{made.id}/x", "releve/in/#", "releve/in/garage"):
            if "#" not in place:
                code = await asyncio.to_thread(
                    lambda place=place: ear.publish(place, b"1")
                )
            else:
                code = await asyncio.to_thread(ear.subscribe, place)
            assert code >= 0x80
