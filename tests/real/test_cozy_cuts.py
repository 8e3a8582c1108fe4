"""A home that is cut off at any moment: nothing is there twice, and nothing unknown."""

from __future__ import annotations

import asyncio
import random

import pytest

from edge.journal.erased import Erased
from tests.attacks.twin_home import LINKY, NOW_MS
from tests.real.brokers import until
from tests.real.cozy_house import CozyHome, Server, by_cozy

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

CUTS = 12
HALVES = "org.releve.electricity.30min"
WANTED = by_cozy("30min", history="P6M")


@pytest.fixture
async def server(tmp_path):
    made = Server(tmp_path / "cozy")
    await made.start()
    yield made
    await made.end()


async def connected(home):
    async with home.running():
        asked = await home.begin(WANTED)
        state, code = await home.server.consent(asked)
        await home.part.host(state, "session")
        await home.part.connect(state, code, "session")
    home.grant(WANTED)


async def cut_off(home, server, seed):
    """Run the home until so many requests were taken, and end it just then.

    It counts otherwise each time: all is to be sent anew, over what is there.
    """
    counted = home.reads._counted
    home.reads._counted = lambda *of: counted(*of) + 1
    least = len((await server.told())["asked"]) + random.Random(seed).randint(1, 4)
    async with home.running():
        async with asyncio.timeout(20):
            while len((await server.told())["asked"]) < least:
                home.part._changed()


async def test_cut_off_anywhere_all_arrives_once_and_all_of_it_can_be_erased(
    tmp_path, server
):
    home = CozyHome(tmp_path, server)
    home.open()
    await connected(home)
    for seed in range(CUTS):
        if seed % 5 == 4:
            await server.control(lost=1)  # and its answer is lost besides
        await cut_off(home, server, seed)
        home.close()
        home.open()
    async with home.running():
        await until(lambda: home.part.cozys)
        await until(home.cozy._book.place)
        found = (await server.docs(HALVES)).values()
        days = [one["startDate"][:10] for one in found]
        assert len(days) == len(set(days)) == 183
        values = {entry["value"] for one in found for entry in one["series"]}
        assert min(values) >= CUTS  # each is the last that was counted
        assert await home.cozy.erase(Erased(1, LINKY, 0, NOW_MS, NOW_MS))
        told = (await server.told())["docs"]
    home.close()
    left = [one for kind in told.values() for one in kind.values()]
    assert all(one.get("_deleted") for one in left)
