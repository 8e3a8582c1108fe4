"""The tricks on MQTT: rows of the table, each done on a real broker."""

from __future__ import annotations

import asyncio
import json
import os
import signal

from table import Attack
from twin_house import Held

from edge.consent.consents import Choice
from edge.interval import Step
from tests.attacks.mqtt_twin import MqttTwin, asked, paris, terms

TRICKS: list[Attack] = []
DAY = (Held(history="P1Y"),)
MORNINGS = ("2026-10-27T07:00:03+01:00", "2026-10-28T07:00:03+01:00")


def trick(name: str, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack("mqtt", name, how, **{"held": (Held(),)} | kwargs))
        return how

    return made


async def mornings(home: MqttTwin) -> None:
    """Let two days pass, in which the home does more than it may tell."""
    for morning in MORNINGS:
        await home.differ()
        await home.on(morning)
        await home.differ()


@trick("a day grant's tree", sees=b'"seq":2')
async def own_tree(home: MqttTwin):
    async with home.listening():
        await mornings(home)


@trick("a month grant's tree", held=(Held(grain="month"),), grain=Step.MONTH)
async def months(home: MqttTwin):
    async with home.listening():
        await mornings(home)
    home.code("nothing of an open month", len(home.said))


@trick("when the largest power was", held=(Held("max_power"),), sees=b'"unit":"VA"')
async def largest_power(home: MqttTwin):
    question = asked(register="max_power_today_va")
    async with home.listening() as ear:
        await home.answered(ear, question)
        await home.on("2026-10-27T00:00:05+01:00")
        await home.on("2026-10-27T02:30:00+01:00")
        await home.answered(ear, question, count=1)
        await mornings(home)
        for step in ("raw", "30min", "hour", "month"):
            await home.answered(ear, question | {"step": step})


@trick(
    "gas days beside civil days",
    held=(Held(), Held(meter="gaz", fluid="gas")),
    sees=b'"unit":"Wh"',
)
async def two_fluids(home: MqttTwin):
    async with home.listening():
        await home.on("2026-10-27T00:00:01+01:00")
        await home.on("2026-10-27T06:05:03+01:00")
        await mornings(home)


FILTERS = (
    *("#", "+", "+/#", "releve/#", "releve/+/live", "releve/+/+", "releve/+/+/+"),
    *("releve/linky/live", "releve/linky/#", "releve/linky/live/apparent_power_va"),
    *("releve/linky/30min/import_total_wh", "releve/status", "releve/cursor"),
    *("releve/services/#", "releve/services/+/out/#", "releve/services/+/request"),
    *("releve/services/{me}", "releve/services/{me}/#", "releve/services/{me}/+"),
    *("releve/services/{me}/request", "releve/services/{other}/out/#"),
    *("releve/services/{other}/response", "releve/services/{other}/#"),
    *("homeassistant/#", "$SYS/#", "$SYS/broker/uptime", "$CONTROL/#"),
    *("$CONTROL/dynamic-security/v1/response", "$share/g/#"),
    *("$share/g/releve/#", "$share/g/releve/services/{me}/out/#"),
    *("$share/g/releve/services/{other}/out/#", "$queue/#"),
    *("releve/services/{me}/out/+/day/#", "releve/services/{me}/out/linky/#"),
)


@trick("wildcards, $share, $SYS and others' trees", sees=b'"seq":1')
async def wildcards(home: MqttTwin):
    await home.give("other", Held(grain="30min"))
    names = {"me": home.services["coach"], "other": home.services["other"]}
    async with home.listening() as ear:
        for one in FILTERS:
            topic = one.format(**names)
            home.code(one, await asyncio.to_thread(ear.subscribe, topic))
        await mornings(home)


PLACES = (
    *("releve/linky/live", "releve/status", "releve/linky/day/import_total_wh"),
    *("releve/services/{me}/out/linky/day/import_total_wh", "x"),
    *("releve/services/{me}/response", "releve/services/{other}/request"),
    *("releve/services/{other}/response", "releve/services/{other}/out/linky/live"),
    *("homeassistant/status", "homeassistant/device/x/config", "releve/in/x/y"),
    *("$CONTROL/dynamic-security/v1", "$SYS/x", "$share/g/x"),
)


@trick("publishing where it may not, retained", sees=b'"seq":1')
async def publishing(home: MqttTwin):
    await home.give("other", Held(grain="30min"))
    names = {"me": home.services["coach"], "other": home.services["other"]}
    async with home.listening() as ear, home.hearing("other"):
        for one in PLACES:
            topic = one.format(**names)
            code = await asyncio.to_thread(
                lambda topic=topic: ear.publish(topic, b"{}", retain=True)
            )
            home.code(one, code)
        await mornings(home)


@trick("retained messages", sees=b'"seq":2')
async def retained(home: MqttTwin):
    async with home.listening():
        await mornings(home)
    async with home.listening() as ear:
        for place in ("/out/+/day/#", "/out/linky/#", "/out/+/+/+"):
            topic = f"releve/services/{home.services['coach']}{place}"
            home.code(place, await asyncio.to_thread(ear.subscribe, topic))


@trick("a retained question", sees=b'"rows"')
async def retained_question(home: MqttTwin):
    async with home.listening() as ear:
        request = ear.login["request"]
        question = json.dumps(asked()).encode()
        await asyncio.to_thread(lambda: ear.publish(request, question, retain=True))
        await home.until(ear.answers)
        for _ in range(3):  # the edge subscribes again: what is kept is no question
            await home.quiet()
        home.code("answers", len(ear.answers()))


@trick("a durable session across narrowing", held=(Held(grain="30min"),), sees=b"/day/")
async def narrowing(home: MqttTwin):
    consent = next(iter(home.consents.standing.consents.values()))
    old = home.part.login(home.services["coach"])
    async with home.ear(home.services["coach"], durable=True):
        pass
    await home.differ()
    await home.on(
        "2026-10-26T18:35:03+01:00"
    )  # half-hours wait for it, finer than days
    await home.differ()
    choice = Choice(Held().choice.terms, consent.meters)
    await asyncio.to_thread(home.consents.narrow, consent.id, choice)
    await home.until(lambda: (home.part.login(home.services["coach"]) or old) != old)
    await home.refused(old, durable=True)
    new = home.part.login(home.services["coach"])
    await home.refused(new | {"client_id": old["client_id"]}, durable=True)
    async with home.listening(durable=True):
        await mornings(home)
    home.said.append(("coach", b"/day/"))


@trick("a queue after withdrawal and a new grant", held=(Held(grain="30min"),))
async def queue_after(home: MqttTwin):
    (consent,) = home.consents.standing.consents.values()
    service = home.services["coach"]
    old = home.part.login(service)
    async with home.ear(service, durable=True):
        pass
    await home.on("2026-10-26T18:35:03+01:00")
    await home.withdraw(consent)
    await home.until(lambda: home.guests.health().counters["turned_out"])
    await home.refused(old, durable=True)
    await home.give("coach", Held())
    new = await home.login(service)
    home.code("another user", new["username"] != old["username"])
    await home.refused(old, durable=True)
    async with home.listening(durable=True):
        await home.quiet()


@trick("a pause", sees=b'"seq":1')
async def paused(home: MqttTwin):
    service = home.services["coach"]
    await home.login(service)
    await asyncio.to_thread(home.consents.pause, [service])
    await home.until(lambda: home.part.login(service) is None)
    await home.differ()
    await home.on("2026-10-27T08:00:00+01:00")
    await asyncio.to_thread(home.consents.resume, [service])
    async with home.listening():
        await home.on("2026-10-28T07:00:03+01:00")
        await home.on("2026-10-29T07:00:03+01:00")


WILLS = (
    "releve/services/{other}/request",
    "releve/linky/live",
    "releve/services/{other}/out/linky/live",
    "homeassistant/status",
)


@trick("wills", sees=b'"seq":1')
async def wills(home: MqttTwin):
    await home.give("other", Held(grain="30min"))
    await home.give("third", Held())
    names = {"other": home.services["other"]}
    async with home.hearing("other") as other:
        for one in WILLS:
            payload = json.dumps(asked()).encode()
            will = (one.format(**names), payload, True)
            async with home.ear(home.services["coach"], will=will) as ear:
                await asyncio.to_thread(ear.client._sock.shutdown, 2)
                await asyncio.to_thread(ear.wait, lambda ear=ear: ear.ended)
        home.code("answers to another", len(other.answers()))
        async with home.listening():
            await home.on(MORNINGS[0])


@trick("the client ids and passwords of others", sees=b'"seq":1')
async def takeover(home: MqttTwin):
    await home.give("other", Held(grain="30min"))
    other = await home.login(home.services["other"])
    async with home.listening() as ear, home.hearing("other"):
        mine = ear.login
        for client_id in (
            *("releve-edge", "releve-owner", "releve-owner-shell", "releve-admin"),
            *(other["client_id"], "", "x", mine["client_id"] + "0"),
        ):
            await home.refused(mine | {"client_id": client_id})
        await home.refused(mine | {"username": other["username"]})
        await home.refused(mine | {"password": ""})
        await home.on(MORNINGS[0])
        home.code("still there", not ear.ended)


@trick(
    "a queue and a moving history window", held=(Held(history="P2D"),), sees=b'"seq"'
)
async def window(home: MqttTwin):
    async with home.listening() as ear:
        await home.on(MORNINGS[0])
        (told,) = ear.told
        left_s = told.properties.MessageExpiryInterval
        # the day of the 26th is shown on the 28th, and at its end no more
        ends_ms = paris("2026-10-29T00:00:00+01:00")
        home.code("within", 0 < left_s * 1000 <= ends_ms - home.clock.wall_ms)


@trick("an answer asked for elsewhere", sees=b'"rows"')
async def elsewhere(home: MqttTwin):
    await home.give("other", Held(grain="30min"))
    async with home.listening() as ear, home.hearing("other") as other:
        own = ear.login
        for reply in (
            *(other.login["response"], "releve/linky/live", own["request"], "x/y"),
            *(own["out"].replace("#", "linky/live"), own["response"] + "/x"),
            *(
                own["response"].upper(),
                "$CONTROL/dynamic-security/v1",
                "homeassistant/x",
            ),
        ):
            code = await asyncio.to_thread(
                lambda reply=reply: ear.ask(asked(), reply=reply)
            )
            home.code("asked", code)
        await home.answered(ear, asked())
        home.code("answers", len(ear.answers()))
        home.code("answers to another", len(other.answers()))


QUESTIONS = (
    *(asked(step=step) for step in ("raw", "1min", "30min", "hour", "month", "year")),
    *(
        asked(meter=name)
        for name in ("gaz", "garage", "nobody", "", "linky/../gaz", "#")
    ),
    *(
        asked(register=name)
        for name in (
            *("apparent_power_va", "voltage_l1_v", "EAST", "import_tariff03_wh"),
            *("import_distributor1_wh", "IMPORT_TOTAL_WH", "import_total_wh ", "x"),
        )
    ),
)


@trick("a question for what wasn't granted", sees=b'"not_found"')
async def deputy(home: MqttTwin):
    async with home.listening() as ear:
        for question in QUESTIONS:
            await home.answered(ear, question)
    bodies = {said[-1] for said in home.said if said[0] == "coach"}
    home.code("kinds of answer", len(bodies))


@trick("a question on another's topic", sees=b'"seq"')
async def others_topic(home: MqttTwin):
    await home.give("other", Held(grain="30min"))
    other = await home.login(home.services["other"])
    async with home.listening() as ear, home.hearing("other"):
        for topic in (other["request"], "releve/services/+/request"):
            if "+" not in topic:
                code = await asyncio.to_thread(
                    lambda topic=topic: ear.ask(asked(step="30min"), topic=topic)
                )
                home.code("asked", code)
        await home.on(MORNINGS[0])


@trick("bounds within a day, at any offset", sees=b'"rows"')
async def bounds(home: MqttTwin):
    offsets = ("Z", "+14:00", "-12:00", "+01:00", "+02:00", "+00:17")
    async with home.listening() as ear:
        for offset in offsets:
            for hour in ("00:00:00", "02:30:00", "11:59:59.999"):
                await home.answered(
                    ear,
                    asked(
                        start=f"2026-10-24T{hour}{offset}",
                        end=f"2026-10-26T{hour}{offset}",
                    ),
                )
        for hour in range(0, 30, 5):
            end = f"2026-10-26T{hour % 24:02}:00:00+01:00"
            await home.answered(ear, asked(end=end))


@trick("the edges of the window", sees=b'"rows"')
async def edges(home: MqttTwin):
    async with home.listening() as ear:
        for day in ("2020-01-01", "2026-09-25", "2026-09-26", "2026-09-27"):
            start = f"{day}T00:00:00+02:00"
            await home.answered(
                ear, asked(start=start, end="2026-09-28T00:00:00+02:00")
            )
            await home.answered(ear, asked(start=start, limit=3))


@trick("open days, polled", sees=b'"rows"')
async def polled(home: MqttTwin):
    async with home.listening() as ear:
        for hour in ("12:30", "18:00", "23:59"):
            await home.on(f"2026-10-26T{hour}:00+01:00")
            await home.answered(ear, asked(start="2026-10-25T00:00:00+02:00"))
        await home.on("2026-10-27T06:59:00+01:00")
        await home.answered(ear, asked(start="2026-10-25T00:00:00+02:00"))


RUBBISH = (
    *(b"{", b"[]", b"null", b"\xff\xfe", b"{}" * 600, b'{"meter":1}'),
    json.dumps(asked(start="now")).encode(),
    json.dumps(asked(start="2026-10-20")).encode(),
    json.dumps(asked(start="2026-10-20T00:00:00")).encode(),
    json.dumps(asked(start="9999-12-31T23:59:59Z")).encode(),
    json.dumps(asked(limit=0)).encode(),
    json.dumps(asked(limit=1e9)).encode(),
    json.dumps(asked(limit=True)).encode(),
    json.dumps(asked(sort="x")).encode(),
    json.dumps(asked(start="2026-10-31T00:00:00Z")).encode(),
)


@trick("rubbish", sees=b'"bad_request"')
async def rubbish(home: MqttTwin):
    async with home.listening() as ear:
        for payload in RUBBISH:
            await home.answered(ear, payload)
        code = await asyncio.to_thread(lambda: ear.ask(asked(), correlation=b"x" * 129))
        home.code("long", code)
        code = await asyncio.to_thread(lambda: ear.ask(b""))
        home.code("empty", code)
        await home.answered(ear, asked(), correlation=b"\x00" * 128)
        home.code("answers", len(ear.answers()))


@trick("too many questions", sees=b'"too_many_requests"')
async def too_many(home: MqttTwin):
    async with home.listening() as ear:
        home.part.requests._now_s = lambda: 0.0
        request = ear.login["request"]
        for _ in range(60):
            ear.client.publish(request, b"{}", 1)
        await home.until(lambda: any(b"too_many" in t.payload for t in ear.told))
        await home.quiet()
        counts = {told.payload for told in ear.told}
        home.code("kinds of answer", sorted(counts))
        ear.told.clear()
    home.said.append(("coach", b'"too_many_requests"'))


@trick("live values and events without live", sees=b'"seq":1')
async def not_live(home: MqttTwin):
    async with home.listening() as ear:
        await home.differ()
        await home.quiet()
        home.code("live", len(ear.told))
        await home.on(MORNINGS[0])


@trick("another service of the same maker", sees=b'"seq":1')
async def same_maker(home: MqttTwin):
    await home.give("other", Held(meter="gaz", fluid="gas"))
    async with home.listening(), home.listening("other"):
        await mornings(home)


@trick("the clock set back", sees=b'"seq":1')
async def set_back(home: MqttTwin):
    async with home.listening() as ear:
        await home.on(MORNINGS[0])
        home.clock.wall_ms = paris("2026-10-20T12:00:00+02:00")
        await home.differ()
        await home.quiet()
        await home.answered(ear, asked())


@trick("numbers across a restart", sees=b"[1, 2]")
async def numbers(home: MqttTwin):
    async with home.hearing("coach") as ear:
        await home.differ()
        await home.on(MORNINGS[0])
        await home.differ()
    os.kill(home.pid, signal.SIGKILL)
    broker = home.parts.health
    await home.until(lambda: broker()[0].counters["starts"] == 2 and broker()[0].ok)
    async with home.hearing("coach") as again:
        await home.differ()
        await home.on(MORNINGS[1])
        await home.until(lambda: any(t.document["seq"] == 2 for t in again.told))
    # what the broker had forgotten may come again, under the number that it had
    seen = {told.document["seq"] for told in (*ear.told, *again.told)}
    home.said.append(("coach", json.dumps(sorted(seen)).encode()))


assert terms  # named for who writes more rows
