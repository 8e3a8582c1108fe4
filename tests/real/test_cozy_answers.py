"""What a Cozy may answer besides yes: each is met, and nothing of others touched."""

from __future__ import annotations

import asyncio

import pytest

from edge.erasure.cozys import Cozys
from edge.journal.erased import Erased
from edge.outputs.cozy import account as accounts
from edge.outputs.cozy.errors import CozyError
from edge.outputs.cozy.part import CozyPart
from tests.attacks.twin_home import LINKY, NOW_MS, paris
from tests.real.brokers import until
from tests.real.cozy_house import CozyHome, Server, by_cozy

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

SEVEN_MS = paris("2026-10-27T07:00:03+01:00")
DAY_MS = 86_400_000
DAY = "org.releve.electricity.day"
HALVES = "org.releve.electricity.30min"
WEEK = by_cozy(history="P7D")
HOME = "0a1b2c3d"
OF = f"{HOME}:linky:import_total_wh:2026-10-26"


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
        made.service, made.given = await made.connect(WEEK, home=HOME)
        await made.quiet()
        yield made
    made.close()


async def one_more_day(home):
    await home.to(SEVEN_MS)
    await home.quiet()


async def test_an_answer_that_was_lost_is_no_second_document(home, server):
    before = len(home.noted.lines)
    await server.control(lost=1)
    await home.to(SEVEN_MS)
    await until(lambda: not home.health.ok)
    # it may have arrived: the read journal says so, and says it once
    assert len(home.noted.lines) == before + 1
    home.cozy.changed()
    await until(lambda: home.health.ok and home.health.counters["equal"] == 1)
    assert (await server.docs())[OF]["_rev"].startswith("1-")
    assert len(await server.docs()) == 8
    assert len(home.noted.lines) == before + 1


async def test_a_document_of_ours_that_says_other_is_replaced(home, server):
    mine = {"_id": OF, "series": [], "cozyMetadata": {"createdByApp": "releve"}}
    await server.control(put={DAY: [mine]})
    await one_more_day(home)
    assert (await server.docs())[OF]["series"]
    assert (await server.docs())[OF]["_rev"].startswith("10-")


@pytest.mark.parametrize("meta", [{}, {"cozyMetadata": {"createdByApp": "other"}}])
async def test_a_document_of_anothers_is_left_as_it_is(home, server, meta):
    await server.control(put={DAY: [{"_id": OF, "load": 1, **meta}]})
    await one_more_day(home)
    assert (await server.docs())[OF]["load"] == 1
    assert home.health.refused == {"left_alone": 1}
    before = (await server.told())["asked"]
    await home.to(SEVEN_MS + DAY_MS)
    await home.quiet()
    assert (await server.docs())[OF]["load"] == 1  # nor is it tried again
    after = (await server.told())["asked"][len(before) :]
    assert f"POST /data/{DAY}/_all_docs" not in after


async def test_what_the_household_deleted_there_is_not_brought_back(home, server):
    (*_, last) = sorted(await server.docs())
    await server.control(put={DAY: [{"_id": last, "_deleted": True}]})
    count_otherwise(home)
    await one_more_day(home)
    assert OF in await server.docs()
    assert last not in await server.docs()
    assert home.health.refused == {"left_alone": 1}


def count_otherwise(home):
    """Have the home find that it counted one more, each day."""
    counted = home.reads._counted
    home.reads._counted = lambda *of: counted(*of) + 1


async def test_a_token_that_expired_is_renewed_and_kept(home, server):
    before = accounts.load(home.data, "cozy")
    await server.control(expire=True)
    await one_more_day(home)
    assert OF in await server.docs()
    after = accounts.load(home.data, "cozy")
    assert after.access != before.access
    assert after.refresh == before.refresh


async def test_what_is_revoked_over_there_is_withdrawn_here(home, server):
    await server.control(revoke=True)
    await one_more_day(home)
    await until(lambda: home.consents.grant(home.service) is None)
    assert all(one.ended_ms for one in home.consents.standing.of(home.service))
    assert "revoked there" in home.health.detail
    asked = len((await server.told())["asked"])
    await home.to(SEVEN_MS + DAY_MS)
    await home.quiet()
    assert len((await server.told())["asked"]) == asked


async def test_a_cozy_that_is_down_loses_nothing_and_withdraws_nothing(home, server):
    await server.control(down=True)
    await home.to(SEVEN_MS)
    await until(lambda: not home.health.ok)
    await home.to(SEVEN_MS + 3 * DAY_MS)
    await home.quiet()
    assert home.consents.grant(home.service)
    await server.control(down=False)
    home.cozy.changed()
    await until(lambda: home.health.ok)
    days = {one["startDate"][:10] for one in (await server.docs()).values()}
    assert {f"2026-10-{day}" for day in (26, 27, 28, 29)} <= days


async def test_a_row_that_changed_is_sent_anew_under_its_id(home, server):
    await home.to(SEVEN_MS)
    await home.quiet()
    told = (await server.docs())[OF]
    count_otherwise(home)
    await home.to(SEVEN_MS + DAY_MS)
    await home.quiet()
    anew = (await server.docs())[OF]
    assert anew["_rev"].startswith("2-")
    assert anew["series"][0]["value"] == told["series"][0]["value"] + 1


async def test_what_is_erased_here_is_deleted_there_and_the_rest_of_its_day_stays(
    home, server
):
    await asyncio.to_thread(home.consents.withdraw, [one.id for one in home.given])
    home.grant(by_cozy("30min", history="P7D"))
    home.part._changed()
    await until(lambda: home.cozy.grant)
    await server.control()
    noon = paris("2026-10-24T12:00:00+02:00")
    stone = Erased(1, LINKY, noon, noon + DAY_MS, NOW_MS)
    await home.quiet()
    # the scope that was consented to has no half-hours: nothing of them is there
    assert not await server.docs(HALVES)
    assert await home.cozy.count(stone) == 0
    whole = Erased(2, LINKY, noon - 2 * DAY_MS, noon + DAY_MS, NOW_MS)
    assert await home.cozy.erase(whole) == 2
    days = {one["startDate"][:10] for one in (await server.docs()).values()}
    assert not {"2026-10-23", "2026-10-24"} & days


async def test_erasure_waits_for_a_cozy_that_is_down(home, server):
    stone = Erased(1, LINKY, 0, NOW_MS, NOW_MS)
    await server.control(down=True)
    with pytest.raises(CozyError):
        await home.cozy.erase(stone)
    assert await home.cozy.count(stone) == 7
    await asyncio.to_thread(home.consents.withdraw, [one.id for one in home.given])
    await server.control(down=False)
    assert await home.cozy.erase(stone) == 7
    assert not await server.docs()
    assert await home.cozy.erase(stone) == 0


async def test_erasure_waits_for_a_cozy_that_nothing_tells_yet(home, server):
    doors = home.part._doors
    later = Cozys(CozyPart(doors))
    with pytest.raises(CozyError, match="does not run yet"):
        await later.erase(Erased(1, LINKY, 0, NOW_MS, NOW_MS))
    assert len(await server.docs()) == 7
    assert await Cozys(home.part).erase(Erased(1, LINKY, 0, NOW_MS, NOW_MS)) == 7


@pytest.mark.parametrize(
    ("how", "left", "said"),
    [(accounts.LEAVE, 7, accounts.LEFT), (accounts.ERASE, 0, accounts.ERASED)],
)
async def test_a_cozy_that_is_let_go_keeps_what_it_has_or_not(
    home, server, how, left, said
):
    await asyncio.to_thread(home.consents.withdraw, [one.id for one in home.given])
    accounts.end(home.data, "cozy", how)
    await until(lambda: accounts.ending(home.data, "cozy") == said)
    assert len(await server.docs()) == left
    assert not (await server.told())["clients"]
    accounts.forget(home.data, "cozy")
    await until(lambda: not home.part.cozys)
    assert not list((home.data / "cozy").iterdir())
