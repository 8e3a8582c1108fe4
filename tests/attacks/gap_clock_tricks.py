"""The tricks of clocks, backups and files that were changed: rows of the table."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from pathlib import Path

from table import Attack
from twin_home import NOW_MS, PARIS, paris
from twin_house import MAKER, Held, House, SetClock

from edge.consent.consents import Consents
from edge.consent.restored import held_back
from edge.consent.time import HELD_MS

TRICKS: list[Attack] = []
DAY_MS = 86_400_000
LINKY = "/api/v1/meters/linky/registers/import_total_wh"


def trick(name: str, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack("clock", name, how, **{"held": (Held(),)} | kwargs))
        return how

    return made


def opened(path: Path) -> Consents:
    """Give a ledger of a disk of its own."""
    return Consents.open(path, SetClock(), PARIS)


def given(path: Path) -> str:
    """Have a ledger in which one service holds days; give the service."""
    consents = opened(path)
    service, _ = consents.give(MAKER, [Held().choice], {})
    consents.close()
    return service.id


def sure(home: House) -> None:
    """Have the clock hold for so long that it is known what time it is."""
    home.consents.now_ms()
    home.at(NOW_MS + HELD_MS)
    home.consents.now_ms()


@trick("set back once something is over, before anything was written")
async def set_back(home: House):
    await home.give("short", Held(duration="P1D"))
    service = home.services["short"]
    assert home.consents.grant(service) is not None
    home.at(paris("2026-10-27T00:00:00+01:00"))
    assert home.consents.grant(service) is None
    for days in (1, 20, 400):
        home.clock.wall_ms = NOW_MS - days * DAY_MS
        assert home.consents.grant(service) is None
    async with home.client("short") as client:
        await client.get(f"{LINKY}?step=day")


@trick("one wrong answer, years ahead")
async def ahead(home: House):
    service = home.services["coach"]
    sure(home)
    home.clock.wall_ms = NOW_MS + 2_000 * DAY_MS
    home.consents.expire()
    assert home.consents.grant(service) is None
    home.clock.wall_ms = NOW_MS + HELD_MS
    home.consents.expire()
    assert home.consents.grant(service) is not None
    async with home.client() as client:
        await client.get(f"{LINKY}?step=day&from=2026-10-20")


@trick("hours ahead, for days that are not over", sees=b'"value"')
async def hours_ahead(home: House):
    """What is shown as over is so by every clock: the store knows how late it is."""
    sure(home)
    async with home.client() as client:
        for hours in (19, 20, 43):
            home.clock.wall_ms = NOW_MS + hours * 3_600_000
            for step in ("day", "month"):
                await client.get(f"{LINKY}?step={step}&from=2026-10-20")


@trick("a backup that knows of no withdrawal")
async def restored(home: House):
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory)
        service = given(scratch)
        held_back(scratch, scratch / "a home without any", NOW_MS)
        consents = opened(scratch)
        assert consents.grant(service) is None
        assert consents.service(service).paused
        consents.close()
    home.say("paused")


@trick("a ledger that another hand changed")
async def changed(home: House):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        service = given(path)
        database = sqlite3.connect(path / "consent.db")
        ((body,),) = database.execute("SELECT body FROM entry WHERE act = 'given'")
        wider = json.loads(body)
        wider["consent"]["terms"]["granularity"] = "30min"
        text = json.dumps(wider)
        database.execute("UPDATE entry SET body = ? WHERE act = 'given'", (text,))
        database.commit()
        database.close()
        consents = opened(path)
        assert consents.grant(service) is None
        assert consents.set_aside is not None
        consents.close()
    home.say("set aside")
