"""What a service is being sent is cut when the household takes it back, to the byte.

Over real sockets: what was written and not sent waits in buffers of ours, and must not
reach a service that reads it later.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))  # tests are no package

from api_house import NOW_MS, PARIS, TOKEN, FakeReads, half_hours, paris, report
from services_house import COACH, LINE, Household

from api.app import create_app
from api.deps import Deps, MeterInfo
from api.limits import Limits
from api.server import serve
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.consent.asking import Request
from edge.consent.consents import Choice
from edge.consent.credentials import Tokens
from edge.consent.records import Declared
from edge.consent.terms import read
from edge.interval import Step
from edge.sample import Sample

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

WHOLE = "/api/v1/meters/linky/registers/import_total_wh?step=30min&limit=60000"
ROWS = half_hours(17_000, paris("2025-11-01T00:00:00+01:00"))
LIVE = {**LINE, "class": "live_power", "granularity": "live", "channels": ["sse"]}
HALF_HOURS = {**LINE, "granularity": "30min"}
WITHIN_S = 1.0
"""After a decision, in which the last byte has to have come."""
TAKEN_BYTES = 64 << 10
"""What may have come to the service's own machine before the decision."""


@dataclass
class Home:
    port: int
    bus: Bus
    household: Household
    service: str
    tokens: Tokens

    async def decide(self, what: Callable[[], object]) -> None:
        """Decide in a thread, as the pages and the shell do."""
        await asyncio.to_thread(what)

    def connect(self) -> socket.socket:
        """A connection of a service that takes little at a time."""
        connected = socket.socket()
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connected.connect(("127.0.0.1", self.port))
        connected.setblocking(False)
        return connected

    async def ask(self, path: str, connected: socket.socket | None = None):
        connected = connected or self.connect()
        request = (
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self.tokens.access}\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(connected, request.encode())
        return connected


@asynccontextmanager
async def served(directory: Path, *lines: dict) -> AsyncIterator[Home]:
    household = Household.open(directory)
    terms = [read(one) for one in lines]
    declared = Declared("Coach", "Coach SAS", "contact@coach.example")
    asking = household.asking
    codes = asking.ask(Request(COACH["client_id"], declared, tuple(terms)), "peer")
    service, _ = household.approve(codes.user)
    tokens = household.credentials.issue(service, household.consents.now_ms())
    deps = Deps(
        reads=FakeReads(kept={("linky", "import_total_wh", Step.MIN30): ROWS}),
        bus=Bus(),
        health=report,
        meters=(MeterInfo("linky", "linky", Fluid.ELECTRICITY),),
        zone=PARIS,
        token=TOKEN,
        limits=replace(Limits(), rate=100_000.0, burst=100_000),
        now_ms=lambda: NOW_MS,
    )
    app = create_app(household.within(deps))
    stop = asyncio.Event()
    ready: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(app, "127.0.0.1:0", stop, ready=ready))
    (address,) = await ready
    port = int(address.rpartition(":")[2])
    try:
        yield Home(port, deps.bus, household, service, tokens)
    finally:
        stop.set()
        await task
        household.consents.close()


async def rest(connected: socket.socket) -> tuple[int, bool]:
    """Read all that still comes: how many bytes, and whether it was reset."""
    loop = asyncio.get_running_loop()
    count = 0
    try:
        while piece := await loop.sock_recv(connected, 65_536):
            count += len(piece)
    except ConnectionResetError:
        return count, True
    finally:
        connected.close()
    return count, False


async def until_it_waits(connected: socket.socket) -> bytes:
    """Read the head of an answer, and no more than that: the rest fills the buffers."""
    loop = asyncio.get_running_loop()
    head = b""
    while b"\r\n\r\n" not in head:
        piece = await loop.sock_recv(connected, 256)
        assert piece, head
        head += piece
    return head


def takes_back(home: Home) -> dict[str, Callable[[], object]]:
    consents, service = home.household.consents, home.service
    held = [one.id for one in consents.standing.of(service)]
    (terms, *_) = [one.terms for one in consents.standing.of(service)]
    narrower = replace(terms, duration=terms.duration.parse("P1M"))
    return {
        "withdrawal": lambda: consents.withdraw(held),
        "pause": lambda: consents.pause([service]),
        "narrowing": lambda: consents.narrow(
            held[0], Choice(narrower, frozenset({"linky"}))
        ),
        "reuse": lambda: home.household.credentials.end(service),
        "expiry": lambda: (
            setattr(home.household.clock, "passed_s", 400 * 86_400),
            consents.expire(),
        ),
    }


WAYS = ("withdrawal", "pause", "narrowing", "reuse", "expiry")


@pytest.mark.parametrize("way", WAYS)
async def test_a_slow_reader_gets_nothing_after_a_withdrawal(tmp_path, way):
    async with served(tmp_path, HALF_HOURS) as home:
        connected = await home.ask(WHOLE)
        assert b" 200 " in await until_it_waits(connected)
        loop = asyncio.get_running_loop()
        await home.decide(takes_back(home)[way])
        began_s = loop.time()
        async with asyncio.timeout(WITHIN_S):
            count, was_reset = await rest(connected)
        assert was_reset, f"{count} bytes and an orderly end"
        assert count <= TAKEN_BYTES
        assert loop.time() - began_s < WITHIN_S


async def test_an_answer_that_is_written_and_not_sent_is_taken_back(tmp_path):
    """Whole in our buffers: the route has returned, and nothing was read of it."""
    path = f"{WHOLE[:-5]}2000"
    async with served(tmp_path, HALF_HOURS) as home:
        connected = await home.ask(path)
        assert b" 200 " in await until_it_waits(connected)
        await asyncio.to_thread(lambda: None)
        await home.decide(takes_back(home)["withdrawal"])
        async with asyncio.timeout(WITHIN_S):
            count, was_reset = await rest(connected)
        assert was_reset
        assert count <= TAKEN_BYTES


@pytest.mark.parametrize("way", WAYS)
async def test_a_stream_is_cut_by_a_withdrawal_a_pause_and_a_narrowing(tmp_path, way):
    async with served(tmp_path, LIVE) as home:
        connected = await home.ask("/api/v1/live")
        assert b" 200 " in await until_it_waits(connected)
        for n in range(50):
            home.bus.publish(Sample("linky", NOW_MS + n, {"apparent_power_va": n}))
        await home.decide(takes_back(home)[way])
        for n in range(50, 100):
            home.bus.publish(Sample("linky", NOW_MS + n, {"apparent_power_va": n}))
        async with asyncio.timeout(WITHIN_S):
            _, was_reset = await rest(connected)
        assert was_reset
        again = await home.ask("/api/v1/grant")
        status = 200 if way == "narrowing" else 401
        assert f" {status} ".encode() in await until_it_waits(again)
        again.close()


async def test_a_connection_that_was_kept_alive_is_cut_and_others_go_on(tmp_path):
    async with served(tmp_path, HALF_HOURS) as home:
        mine = await home.ask("/api/v1/grant")
        await until_it_waits(mine)
        other = home.connect()
        owners = replace(home, tokens=replace(home.tokens, access=TOKEN))
        await owners.ask("/api/v1/health", other)
        assert b" 200 " in await until_it_waits(other)
        await home.decide(takes_back(home)["pause"])
        async with asyncio.timeout(WITHIN_S):
            _, was_reset = await rest(mine)
        assert was_reset
        await owners.ask("/api/v1/health", other)
        assert b"HTTP/1.1 200" in await until_it_waits(other)
        other.close()


async def test_what_does_not_concern_it_cuts_nothing(tmp_path):
    async with served(tmp_path, LIVE) as home:
        connected = await home.ask("/api/v1/live")
        await until_it_waits(connected)
        declared = Declared("Other", "Other SAS", "contact@other.example")
        choice = Choice(read(LINE), frozenset({"linky"}))
        consents = home.household.consents
        _, given = await asyncio.to_thread(consents.give, declared, [choice], {})
        await home.decide(lambda: consents.withdraw([one.id for one in given]))
        # a refresh is no end: the stream of the pair before goes on
        refreshed = home.household.credentials.refresh(home.tokens.refresh, NOW_MS)
        assert refreshed is not None
        home.bus.publish(Sample("linky", NOW_MS, {"apparent_power_va": 1234}))
        loop = asyncio.get_running_loop()
        got = b""
        while b"1234" not in got:
            piece = await loop.sock_recv(connected, 4096)
            assert piece
            got += piece
        connected.close()


async def test_lines_that_are_gone_are_forgotten(tmp_path):
    async with served(tmp_path, HALF_HOURS) as home:
        running = [
            listener.__self__ for listener in home.household.credentials._listeners
        ]
        for _ in range(20):
            connected = await home.ask("/api/v1/grant")
            await until_it_waits(connected)
            connected.close()
        (one,) = running
        while one._lines:  # noqa: ASYNC110 - the server's own state
            await asyncio.sleep(0)
