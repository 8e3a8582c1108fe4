"""The shape that Ecolyo reads, if the household asks for it: others stay untouched."""

from __future__ import annotations

import pytest

from edge.interval import Step
from edge.journal.erased import Erased
from edge.merging.precedence import Purpose
from tests.attacks.twin_home import LINKY, paris
from tests.real.cozy_house import CozyHome, Server, by_cozy

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

DAY, MINUTE = "com.grandlyon.enedis.day", "com.grandlyon.enedis.minute"
SEVEN_MS = paris("2026-10-27T07:00:03+01:00")
WEEK = by_cozy(history="P7D")
THEIRS = {
    "_id": "5f2c1a9be0d47380",
    "year": 2026,
    "month": 10,
    "day": 22,
    "hour": 0,
    "minute": 0,
    "load": 7.5,
}
"""What the town's own connector wrote."""


@pytest.fixture
async def server(tmp_path):
    made = Server(tmp_path / "cozy")
    await made.start()
    yield made
    await made.end()


@pytest.fixture
async def home(tmp_path, server):
    made = CozyHome(tmp_path, server)
    made.open()
    async with made.running():
        yield made
    made.close()


async def test_a_day_is_a_document_of_local_integers_and_kilowatt_hours(home, server):
    await home.connect(WEEK, shape="ecolyo", home="0a1b2c3d")
    await home.quiet()
    found = await server.docs(DAY)
    told = found["0a1b2c3d:linky:20261024T2200Z"]
    assert [told[name] for name in ("year", "month", "day", "hour", "minute")] == [
        *(2026, 10, 25, 0, 0)
    ]
    start_ms = paris("2026-10-25T00:00:00+02:00")
    own = home.reads.merged_columns(
        *(LINKY, "import_total_wh", Step.DAY),
        *(start_ms, start_ms + 1, 1, Purpose.NOW),
    )
    assert told["load"] * 1000 == own.value[0]
    assert len(found) == 7
    assert not await server.docs("org.releve.electricity.day")


async def test_half_hours_of_a_whole_day_are_documents_each(home, server):
    await home.connect(by_cozy("30min", history="P7D"), shape="ecolyo")
    await home.quiet()
    found = (await server.docs(MINUTE)).values()
    assert sum(one["day"] == 24 for one in found) == 48
    assert sum(one["day"] == 25 for one in found) == 50
    assert not [one for one in found if one["day"] == 26]


async def test_an_interval_that_another_wrote_is_left_to_it(home, server):
    await server.control(put={DAY: [THEIRS]})
    await home.connect(WEEK, shape="ecolyo")
    await home.quiet()
    found = (await server.docs(DAY)).values()
    assert [one["load"] for one in found if one["day"] == 22] == [7.5]
    assert len(found) == 7
    await home.to(SEVEN_MS)
    await home.quiet()
    assert home.health.refused == {"left_alone": 1}
    assert await home.cozy.erase(Erased(1, LINKY, 0, SEVEN_MS, SEVEN_MS)) == 7
    (left,) = (await server.docs(DAY)).values()
    assert left["load"] == 7.5


async def test_only_what_ecolyo_has_a_place_for_is_asked_for_and_sent(home):
    asked = await home.begin(
        by_cozy("30min"), by_cozy("30min", fluid="water"), shape="ecolyo"
    )
    assert [one.partition(":")[0] for one in asked.account.scope.split()] == [
        "com.grandlyon.egl.day",
        "com.grandlyon.egl.month",
        "com.grandlyon.egl.year",
        "com.grandlyon.enedis.day",
        "com.grandlyon.enedis.minute",
        "com.grandlyon.enedis.month",
        "com.grandlyon.enedis.year",
    ]
