"""What an owner's credential is streamed ends with it: it may be in a thief's hands."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))  # tests are no package

from api_house import NOW_MS, PARIS, TOKEN, FakeReads, report

from api.app import create_app
from api.deps import Deps, MeterInfo
from api.owner_tokens import OwnerTokens, add, end, rotate
from api.server import serve
from api.sign_in import SignIn
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.consent.pairing import Pairing
from edge.sample import Sample

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

LIVE = "/api/v1/live"


class Home:
    """A served home, its owner's tokens and sessions."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.bus = Bus()
        self.door = SignIn.open(directory, Pairing())
        self.now_ms, self.said = NOW_MS, 100
        self.deps = Deps(
            reads=FakeReads(),
            bus=self.bus,
            health=report,
            meters=(MeterInfo("linky", "linky", Fluid.ELECTRICITY),),
            zone=PARIS,
            token=TOKEN,
            owner_tokens=OwnerTokens(directory),
            sign_in=self.door,
            now_ms=lambda: self.now_ms,
        )

    @asynccontextmanager
    async def served(self) -> AsyncIterator[httpx.AsyncClient]:
        stop = asyncio.Event()
        ready = asyncio.get_running_loop().create_future()
        app = create_app(self.deps)
        task = asyncio.create_task(serve(app, "127.0.0.1:0", stop, ready=ready))
        (address,) = await ready
        async with httpx.AsyncClient(base_url=f"http://{address}", timeout=20) as one:
            yield one
        stop.set()
        await task

    def speak(self) -> str:
        """Have the meter say what it never said before; give it as a stream has it."""
        self.said += 1
        values = {"apparent_power_va": self.said}
        self.bus.publish(Sample("linky", NOW_MS + self.said, values))
        return f'"apparent_power_va":{self.said}'

    async def streams(self, client, headers, ended) -> bool:
        """Follow the stream; tell whether a word came after `ended` was called."""
        async with client.stream("GET", LIVE, headers=headers) as stream:
            assert stream.status_code == 200
            words = stream.aiter_lines()
            await anext(words)
            first = self.speak()
            while first not in await anext(words):
                pass
            ended()
            second = self.speak()
            try:
                async for word in words:
                    if second in word:
                        return True
            except httpx.HTTPError:
                return False
        return False


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_stream_of_a_token_that_was_rotated_is_cut(home):
    token = rotate(home.directory)
    async with home.served() as client:
        assert not await home.streams(
            client, bearer(token), lambda: rotate(home.directory)
        )


async def test_a_stream_of_a_token_that_was_ended_or_ran_out_is_cut(home):
    made, token = add(home.directory, "a tablet", 1, NOW_MS)
    _, other = add(home.directory, "a laptop", 1, NOW_MS)

    def later() -> None:
        home.now_ms += 25 * 3_600_000

    async with home.served() as client:
        assert not await home.streams(
            client, bearer(token), lambda: end(home.directory, made.id)
        )
        assert not await home.streams(client, bearer(other), later)


async def test_a_stream_of_a_session_that_was_signed_out_is_cut(home):
    begun = home.door.sessions.begin("Firefox", NOW_MS)
    signed_in = {"Cookie": f"releve={begun.cookie}", "Releve-Page": begun.page}
    async with home.served() as client:
        assert not await home.streams(
            client, signed_in, lambda: home.door.sessions.end_all(NOW_MS)
        )


async def test_a_stream_of_what_still_stands_goes_on(home):
    token = rotate(home.directory)
    async with home.served() as client:
        assert await home.streams(
            client, bearer(token), lambda: add(home.directory, "more", 1, NOW_MS)
        )
