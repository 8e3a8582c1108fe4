"""Tricks of who holds a household's cloud: it sees what was granted, and no more."""

from __future__ import annotations

import asyncio

from table import Attack
from twin_house import Held

from edge.consent.terms import Grain
from tests.attacks.cloud_twin import CloudTwin

TRICKS: list[Attack] = []
ASKED = {
    "meter": "linky",
    "register": "import_total_wh",
    "start": "2026-09-01T00:00:00+02:00",
    "end": "2026-10-30T00:00:00+01:00",
}


def trick(name: str, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack("cloud", name, how, **{"held": (Held(),)} | kwargs))
        return how

    return made


@trick("all that comes of a day grant, for days", sees=b'"seq": 31')
async def days(home: CloudTwin):
    async with home.listening():
        for day in (27, 28, 29):
            await home.differ()
            await home.on(f"2026-10-{day}T07:00:03+01:00")


@trick("the past that it is pushed, at the window's edge", sees=b'"2026-09-26T')
async def window(home: CloudTwin):
    async with home.listening():
        await home.on("2026-10-26T23:59:58+01:00")
        await home.on("2026-10-27T00:00:02+01:00")


@trick(
    "finer steps, other meters and registers, asked for",
    sees=b'"not_found"',
    never=(b'"rows": []',),
)
async def finer(home: CloudTwin):
    async with home.listening() as ear:
        await home.settled()
        for step in ("raw", "30min", "hour", "day"):
            await home.answered(ear, **ASKED | {"step": step})
        for other in ({"meter": "gaz"}, {"register": "apparent_power_va"}):
            await home.answered(ear, **ASKED | {"step": "day"} | other)


@trick("bounds within a day, and words that nobody knows", sees=b'"bad_request"')
async def bounds(home: CloudTwin):
    async with home.listening() as ear:
        await home.settled()
        for hour in ("06", "12", "18"):
            start = {"start": f"2026-10-20T{hour}:00:00+02:00"}
            await home.answered(ear, **ASKED | {"step": "day"} | start)
        for wrong in ({"step": "second"}, {"limit": 0}, {"civil": True}):
            await home.answered(ear, **ASKED | {"step": "day"} | wrong)


@trick("its broker away, while things happen at home", sees=b'"2026-10-28T')
async def away(home: CloudTwin):
    async with home.listening():
        await home.settled()
    async with home.without() as back:
        for day in (27, 28, 29):
            await home.differ()
            await home.to_only(f"2026-10-{day}T07:00:03+01:00")
    async with home.listening() as ear:
        back.set()
        await home.settled()
        await home.answered(ear, **ASKED | {"step": "day"})


@trick("a pause, and all that fell into it", sees=b'"2026-10-29T')
async def pause(home: CloudTwin):
    async with home.listening():
        await home.on("2026-10-27T07:00:03+01:00")
        await asyncio.to_thread(home.consents.pause, [home.service])
        await home.differ()
        await home.to_only("2026-10-28T12:00:00+01:00")
        await asyncio.to_thread(home.consents.resume, [home.service])
        await home.on("2026-10-30T07:00:03+01:00")


@trick("narrowed to months while days wait", sees=b'"2026-10-26T')
async def narrowed(home: CloudTwin):
    (consent,) = home.consents.standing.of(home.service)
    async with home.listening():
        await home.on("2026-10-27T07:00:03+01:00")
    async with home.without() as back:
        await home.to_only("2026-10-29T07:00:03+01:00")
        await home.narrow(consent, grain=Grain.MONTH)
    async with home.listening() as ear:
        back.set()
        await home.settled()
        await home.answered(ear, **ASKED | {"step": "day"})
        await home.answered(ear, **ASKED | {"step": "month"})


@trick("withdrawn while messages wait", sees=b'"2026-10-26T')
async def withdrawn(home: CloudTwin):
    async with home.listening():
        await home.on("2026-10-27T07:00:03+01:00")
    async with home.without() as back:
        await home.to_only("2026-10-29T07:00:03+01:00")
    held = [one.id for one in home.consents.standing.of(home.service)]
    await asyncio.to_thread(home.consents.withdraw, held)
    async with home.listening() as ear:
        back.set()
        await ear.ask(**ASKED | {"step": "day"})
        await home.differ()


@trick("live values and events, without live")
async def live(home: CloudTwin):
    async with home.listening():
        await home.settled()
        await home.differ()
        await home.settled()
