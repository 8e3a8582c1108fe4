"""Guessing and racing at the doors of a real server: what two homes can't show."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))  # tests are no package

from api_house import NOW_MS, PARIS, TOKEN, FakeReads, report
from services_house import LINE, Household, Service

from api.app import create_app
from api.deps import Deps, MeterInfo
from api.limits import Limits, Rates
from api.server import serve
from api.sign_in import SignIn
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.consent.pairing import ALPHABET, Pairing

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

METERS = "/api/v1/meters"
THIEVES = 8
UNUSED = httpx.create_ssl_context()
"""Of who calls in clear: to make one for each would take the time of the test."""
PASSWORD = "a meter in the cupboard"  # noqa: S105 - invented


class Doors:
    """A home on a real socket: what the household decides with, and who calls."""

    def __init__(self, address: str, household: Household, door: SignIn) -> None:
        self.address, self.household, self.door = address, household, door

    def caller(self, **headers: str) -> httpx.AsyncClient:
        """Give somebody who calls, over a connection of their own."""
        base_url = f"http://{self.address}"
        return httpx.AsyncClient(
            base_url=base_url, headers=headers, timeout=90, verify=UNUSED
        )

    async def joined(self) -> dict[str, str]:
        """Have a service ask and be approved; give its tokens."""
        async with self.caller() as client:
            service = Service(client)
            await service.join(self.household, LINE)
            return service.tokens

    async def raced(self, refresh: str) -> list[httpx.Response]:
        """Show a refresh token at once, each thief over a connection of its own."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        callers = [self.caller() for _ in range(THIEVES)]
        try:
            for one in callers:  # each has its connection before the race begins
                await one.get("/")
            asked = [one.post("/oauth/token", data=form) for one in callers]
            return await asyncio.gather(*asked)
        finally:
            await asyncio.gather(*(one.aclose() for one in callers))

    async def opens(self, access: str) -> bool:
        """Tell whether an access token opens anything."""
        async with self.caller(Authorization=f"Bearer {access}") as client:
            return (await client.get(METERS)).status_code == 200


@asynccontextmanager
async def doors(directory: Path, limits: Limits) -> AsyncIterator[Doors]:
    household = Household.open(directory)
    door = SignIn.open(directory, Pairing())
    deps = Deps(
        reads=FakeReads(),
        bus=Bus(),
        health=report,
        meters=(MeterInfo("linky", "linky", Fluid.ELECTRICITY),),
        zone=PARIS,
        token=TOKEN,
        limits=limits,
        sign_in=door,
        now_ms=lambda: NOW_MS,
    )
    stop = asyncio.Event()
    ready: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
    app = create_app(household.within(deps))
    task = asyncio.create_task(serve(app, "127.0.0.1:0", stop, ready=ready))
    (address,) = await ready
    try:
        yield Doors(address, household, door)
    finally:
        stop.set()
        await task
        household.consents.close()


@pytest.fixture
async def home(tmp_path) -> AsyncIterator[Doors]:
    limits = replace(Limits(), rate=100_000.0, burst=100_000)
    async with doors(tmp_path, limits) as opened:
        yield opened


async def test_of_thieves_that_race_for_a_refresh_one_wins_at_most(home):
    for _ in range(5):
        tokens = await home.joined()
        answers = await home.raced(tokens["refresh_token"])
        won = [one.json() for one in answers if one.status_code == 200]
        lost = {one.text for one in answers if one.status_code != 200}
        assert len(won) <= 1
        assert len(lost) == 1, "who lost is told nothing of the race"
        # one of them is a thief, and nobody knows which: all that came of it is over
        for one in (tokens, *won):
            assert not await home.opens(one["access_token"])
            assert not any(
                again.is_success for again in await home.raced(one["refresh_token"])
            )


async def test_a_race_that_was_won_is_lost_with_the_replay(home):
    """The thief comes later, with a token that its owner has used since."""
    stolen = await home.joined()
    form = {"grant_type": "refresh_token"}
    async with home.caller() as owner:
        told = form | {"refresh_token": stolen["refresh_token"]}
        fresh = (await owner.post("/oauth/token", data=told)).json()
        async with home.caller(
            Authorization=f"Bearer {fresh['access_token']}"
        ) as reader:
            assert (await reader.get(METERS)).status_code == 200
            async with home.caller() as thief:
                replayed = await thief.post("/oauth/token", data=told)
            assert replayed.json()["error"] == "invalid_grant"
            assert await lost(reader)
        told = form | {"refresh_token": fresh["refresh_token"]}
        assert not (await owner.post("/oauth/token", data=told)).is_success
    assert not await home.opens(fresh["access_token"])


async def lost(reader: httpx.AsyncClient) -> bool:
    """Tell that a reader's line was cut, or that it is nobody any more."""
    try:
        return (await reader.get(METERS)).status_code == 401
    except httpx.TransportError:
        return True


async def test_no_device_code_is_found_by_trying(home):
    """One request waits, one is approved: whatever is near is told alike."""
    async with home.caller() as client:
        service = Service(client)
        waiting = (await service.ask()).json()
        approved = (await service.ask(client_id="other")).json()
        home.household.approve(approved["user_code"])
        near = {approved["device_code"][:-1] + letter for letter in ALPHABET}
        near |= {waiting["device_code"][n:] for n in range(1, 40)}
        near |= {"*", "%", "a" * 43, approved["user_code"], waiting["user_code"]}
        told = Counter()
        for client_id in ("coach", "other", "nobody"):
            for code in near - {approved["device_code"]}:
                answer = await service.poll(code, client_id)
                told[answer.status_code, answer.text] += 1
        assert len(told) == 1
        polled = await service.poll(waiting["device_code"])
        assert polled.json()["error"] == "authorization_pending"


async def test_no_pairing_code_is_found_by_trying(home):
    """Five tries, and not even the right one is good after them."""
    home.door.peers = Rates(1 / 30, 5, clock_s=lambda: 0.0)
    code = home.door.pairing.make()
    origin = {"Origin": f"http://{home.address}"}
    told = Counter()
    async with home.caller(**origin) as guesser:
        for n in range(40):
            wrong = {"code": f"{n:09}", "password": PASSWORD}
            answer = await guesser.post("/api/v1/owner/password", json=wrong)
            told[answer.status_code] += 1
        right = {"code": code, "password": PASSWORD}
        answer = await guesser.post("/api/v1/owner/password", json=right)
    assert (answer.status_code, told[403], told[429]) == (429, 5, 35)
    assert not home.door.pairing.take(code)
