"""What a household's Cozy is told, on a server that answers as a real one."""

from __future__ import annotations

import asyncio
import stat

import pytest

from edge.outputs.cozy import account as accounts
from edge.outputs.cozy.errors import CozyRefused, CozyWithdrawn
from edge.outputs.cozy.stack import authorize
from tests.attacks.twin_home import LINKY, NOW_MS, paris
from tests.real.brokers import until
from tests.real.cozy_house import CozyHome, Server, by_cozy

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

SEVEN_MS = paris("2026-10-27T07:00:03+01:00")
DAY = "org.releve.electricity.day"
HALVES = "org.releve.electricity.30min"
WEEK = by_cozy(history="P7D")


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
    yield made
    made.close()


async def test_days_of_the_grant_arrive_once_consented_and_each_day_at_seven(
    home, server
):
    async with home.running():
        service, _ = await home.connect(WEEK)
        await home.quiet()
        before = await server.docs()
        assert len(before) == 7
        await home.to(SEVEN_MS)
        await home.quiet()
        after = await server.docs()
    (new,) = after.keys() - before.keys()
    assert new.endswith(":linky:import_total_wh:2026-10-26")
    body = after[new]
    assert body["startDate"] == "2026-10-26T00:00:00+01:00"
    assert body["unit"] == "Wh"
    assert body["cozyMetadata"]["createdByApp"] == "releve"
    (entry,) = body["series"]
    assert entry.keys() == {"start", "end", "value", "quality", "coverage"}
    assert {line[0] for line in home.noted.lines} == {service}
    assert {line[1] for line in home.noted.lines} == {"cloud"}


async def test_half_hours_arrive_as_whole_days_and_not_one_by_one(home, server):
    wanted = by_cozy("30min", history="P7D")
    async with home.running():
        await home.connect(wanted)
        await home.quiet()
        found = await server.docs(HALVES)
        await home.to(NOW_MS + 3_600_000)
        await home.quiet()
        assert await server.docs(HALVES) == found
    days = {one["startDate"][:10]: len(one["series"]) for one in found.values()}
    assert days.pop("2026-10-25") == 50  # the night that has an hour more
    assert set(days.values()) == {48}
    assert "2026-10-26" not in days


async def test_the_largest_power_of_a_day_arrives_where_it_was_granted(home, server):
    home.reads.meters = lambda: {LINKY: ("import_total_wh", "max_power_today_va")}
    async with home.running():
        await home.connect(by_cozy("day", "max_power", history="P7D"))
        await home.quiet()
        found = await server.docs()
    assert len(found) == 7
    assert {of.split(":")[-2] for of in found} == {"max_power_today_va"}
    assert {one["unit"] for one in found.values()} == {"VA"}


async def test_homes_of_one_host_do_not_come_at_one_moment(home, server):
    home.spread_ms = 30 * 60_000
    async with home.running():
        await home.connect(WEEK, home="000927c0")  # ten minutes, by its bits
        await home.quiet()
        await home.to(SEVEN_MS)
        await home.quiet()
        assert len(await server.docs()) == 7
        await home.to(SEVEN_MS + 10 * 60_000)
        await home.quiet()
        assert len(await server.docs()) == 8


async def test_only_doctypes_of_what_is_granted_are_asked_for(home):
    asked = await home.begin(WEEK)
    assert asked.account.scope.split() == [
        f"{DAY}:GET,POST",
        "org.releve.electricity.month:GET,POST",
        "org.releve.electricity.year:GET,POST",
    ]
    assert "code_challenge_method=S256" in authorize(asked)


async def test_secrets_stand_in_files_of_their_owner_alone(home):
    async with home.running():
        await home.connect(WEEK)
    for path in (home.data / "cozy").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list((home.data / "cozy").glob("*.asked"))


async def test_a_consent_is_answered_once_by_who_was_shown_its_cozy(home, server):
    async with home.running():
        asked = await home.begin(WEEK)
        state, code = await server.consent(asked)
        with pytest.raises(CozyRefused):  # its Cozy was shown to nobody
            await home.part.connect(state, code, "session")
        assert await home.part.host(state, "session") == server.url
        assert await home.part.host(state, "another session") is None
        with pytest.raises(CozyRefused):
            await home.part.connect(state, code, "another session")
        await home.part.connect(state, code, "session")
        with pytest.raises(CozyRefused):
            await home.part.connect(state, code, "session")


async def test_a_consent_that_took_too_long_is_answered_no_more(home, server):
    async with home.running():
        asked = await home.begin(WEEK)
        state, _ = await server.consent(asked)
        await home.to(NOW_MS + accounts.ASKED_MS)
        assert await home.part.host(state, "session") is None


async def test_a_code_that_another_got_is_worth_nothing_here(home, server):
    async with home.running():
        asked = await home.begin(WEEK)
        other = accounts.Asked(asked.account, NOW_MS, state=asked.state)
        state, code = await server.consent(other)
        await home.part.host(state, "session")
        with pytest.raises(CozyWithdrawn):
            await home.part.connect(state, code, "session")
        assert not accounts.names(home.data)


async def test_a_cozy_is_sent_nothing_that_was_taken_back_or_fell_into_a_pause(
    home, server
):
    async with home.running():
        service, given = await home.connect(WEEK)
        await home.quiet()
        await asyncio.to_thread(home.consents.pause, [service])
        await home.to(SEVEN_MS)
        await home.quiet()
        await home.to(SEVEN_MS + 86_400_000)
        await asyncio.to_thread(home.consents.resume, [service])
        await home.to(SEVEN_MS + 3 * 86_400_000)
        await home.quiet()
        days = {one["startDate"][:10] for one in (await server.docs()).values()}
        assert max(days) == "2026-10-29"
        assert not {"2026-10-26", "2026-10-27", "2026-10-28"} & days
        await asyncio.to_thread(home.consents.withdraw, [one.id for one in given])
        await home.to(SEVEN_MS + 5 * 86_400_000)
        await home.quiet()
        assert len(await server.docs()) == len(days)
        await until(lambda: "nothing is granted" in home.health.detail)
