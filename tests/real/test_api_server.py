"""The API over real sockets: slow, greedy and rude clients harm nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))  # tests are no package

from api_house import (
    BEARER,
    NOW_MS,
    PARIS,
    TOKEN,
    FakeReads,
    half_hours,
    paris,
    report,
)

from api import connection
from api.app import create_app
from api.deps import Deps, MeterInfo
from api.errors import ListenError
from api.guard import peer_of
from api.limits import Limits
from api.server import serve
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.interval import Step
from edge.sample import Sample

pytestmark = pytest.mark.real

REGISTER = "/api/v1/meters/linky/registers/import_total_wh"
ROWS = 52_608
START_MS = paris("2023-10-01T00:00:00+02:00")
THREE_YEARS = half_hours(ROWS, START_MS)
WHOLE = f"{REGISTER}?from=2023-10-01&limit=60000"


@dataclass
class House:
    """A served home."""

    address: str
    bus: Bus
    stop: asyncio.Event
    task: asyncio.Task[None]
    app: object

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def client(self, **kwargs) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"http://{self.address}", headers=BEARER, timeout=90, **kwargs
        )

    async def speak(self, n: int) -> None:
        self.bus.publish(Sample("linky", NOW_MS + n, {"apparent_power_va": n}))
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def house(limits: Limits, listen: str = "127.0.0.1:0") -> AsyncIterator[House]:
    reads = FakeReads(kept={("linky", "import_total_wh", Step.MIN30): THREE_YEARS})
    deps = Deps(
        reads=reads,
        bus=Bus(),
        health=report,
        meters=(MeterInfo("linky", "linky", Fluid.ELECTRICITY),),
        zone=PARIS,
        token=TOKEN,
        limits=limits,
        now_ms=lambda: NOW_MS,
    )
    app = create_app(deps)
    stop = asyncio.Event()
    ready: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(app, listen, stop, ready=ready))
    (address,) = await ready
    try:
        yield House(address, deps.bus, stop, task, app)
    finally:
        stop.set()
        await task


FREE = replace(Limits(), rate=100_000.0, burst=100_000)


@pytest.fixture
async def home():
    async with house(FREE) as running:
        yield running


async def events(response: httpx.Response, count: int) -> list[dict]:
    """The next events of a stream."""
    found: list[dict] = []
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name in ("id", "event", "data"):
            fields[name] = value
        if not line and "data" in fields:
            found.append(
                {**json.loads(fields["data"]), **fields}  # id and event beside data
            )
            fields = {}
            if len(found) == count:
                return found
    return found


async def until(condition) -> None:
    """Wait for a condition; the test's own timeout bounds it."""
    while not condition():  # noqa: ASYNC110 - whatever state of the server's
        await asyncio.sleep(0)


async def raw(port: int, request: bytes) -> bytes:
    """Everything the server says to some bytes, until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    with contextlib.suppress(ConnectionError):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_stream_resumes_where_it_was_cut(home):
    async with home.client() as client:
        await home.speak(1)
        async with client.stream("GET", "/api/v1/live") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            (first,) = await events(stream, 1)
        assert first["values"] == {"apparent_power_va": 1}
        await until(lambda: home.app.state.home.streams.running == 0)
        for n in (2, 3, 4):
            await home.speak(n)
        again = {"Last-Event-ID": first["id"]}
        async with client.stream("GET", "/api/v1/live", headers=again) as stream:
            await until(lambda: home.app.state.home.feed._wakes)
            await home.speak(5)
            missed = await events(stream, 4)
        values = [event["values"]["apparent_power_va"] for event in missed]
        assert values == [2, 3, 4, 5]


async def test_a_stream_gets_live_samples_as_they_come(home):
    async with home.client() as client, client.stream("GET", "/api/v1/live") as stream:
        await until(lambda: home.app.state.home.feed._wakes)
        for n in range(20):
            await home.speak(n)
        found = await events(stream, 20)
    assert [event["values"]["apparent_power_va"] for event in found] == list(range(20))


async def test_stopping_ends_open_streams_whole(home):
    async with home.client() as client, client.stream("GET", "/api/v1/live") as stream:
        await home.speak(1)
        assert stream.status_code == 200
        home.stop.set()
        # It ends as HTTP says (a last chunk), so this does not raise.
        text = (await stream.aread()).decode()
    assert "apparent_power_va" in text
    await home.task


async def test_stopping_cuts_a_client_that_does_not_read(home):
    stalled = await slow_reader(home)
    home.stop.set()
    await home.task
    stalled.close()


async def slow_reader(home: House, path: str = WHOLE) -> socket.socket:
    """A client that asks for much and reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", home.port))
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}"
    await loop.sock_sendall(client, f"{head}\r\n\r\n".encode())
    return client


async def test_a_client_that_does_not_read_is_cut_and_harms_nobody():
    async with house(replace(FREE, stall_s=0.2)) as home, home.client() as client:
        stalled = [await slow_reader(home) for _ in range(4)]
        lanes = home.app.state.home
        await until(lambda: lanes.queries.running == 4)
        # Everyone else is served meanwhile.
        assert (await client.get("/api/v1/health")).status_code == 200
        # And all four are cut: their places come free.
        await until(lambda: lanes.queries.running == 0)
        for each in stalled:
            each.close()


async def test_a_slow_stream_is_cut_and_the_others_go_on():
    async with house(replace(FREE, stall_s=0.2)) as home, home.client() as client:
        stalled = await slow_reader(home, "/api/v1/live")
        lanes = home.app.state.home
        async with client.stream("GET", "/api/v1/live") as stream:
            await until(lambda: lanes.streams.running == 2)
            heavy = {"message_short": "x" * 20_000}
            n = 0
            reading = asyncio.create_task(events(stream, 10**9))
            while lanes.streams.running == 2:
                n += 1
                home.bus.publish(Sample("linky", NOW_MS + n, heavy))
                await asyncio.sleep(0)
            assert not reading.done()
            home.stop.set()
            found = await reading
        assert len(found) > 100
        stalled.close()


async def test_a_greedy_client_is_told_to_wait_and_live_goes_on(home):
    async with home.client() as client, client.stream("GET", "/api/v1/live") as stream:
        await until(lambda: home.app.state.home.feed._wakes)
        asked = [asyncio.create_task(client.get(WHOLE)) for _ in range(12)]
        lanes = home.app.state.home
        await until(lambda: lanes.queries.running)
        await home.speak(7)
        (event,) = await events(stream, 1)
        assert event["values"] == {"apparent_power_va": 7}
        answers = await asyncio.gather(*asked)
    refused = [answer for answer in answers if answer.status_code == 429]
    served = [answer for answer in answers if answer.status_code == 200]
    assert len(served) >= 4
    assert all(len(answer.json()["rows"]) == ROWS for answer in served[:1])
    for answer in refused:
        assert answer.json()["type"] == "/docs#too-many-queries"
        assert answer.headers["retry-after"]


async def test_one_credential_opens_so_many_streams_and_no_more():
    limits = replace(FREE, streams_per_credential=3)
    async with house(limits) as home, home.client() as client:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(3):
                await stack.enter_async_context(client.stream("GET", "/api/v1/live"))
            answer = await client.get("/api/v1/live")
            assert answer.status_code == 429
            assert answer.json()["type"] == "/docs#too-many-streams"
        await until(lambda: home.app.state.home.streams.running == 0)
        async with client.stream("GET", "/api/v1/live") as stream:
            assert stream.status_code == 200


async def test_a_peer_has_so_many_connections_and_no_more():
    async with house(replace(FREE, connections_per_peer=5)) as home:
        held = [await asyncio.open_connection("127.0.0.1", home.port) for _ in range(5)]
        reader, writer = await asyncio.open_connection("127.0.0.1", home.port)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""  # cut at once
        writer.close()
        for _, each in held:
            each.close()


@pytest.mark.parametrize(
    ("peer", "here"),
    [
        *(("local", True), ("127.0.0.1", True), ("127.8.0.1", True), ("::", True)),
        *(("192.168.1.9", False), ("2001:db8::", False), ("fe80::", False)),
    ],
)
def test_a_program_of_this_machine_is_told_by_its_address(peer, here):
    assert connection.is_here(peer) is here
    assert peer_of({"client": ("::1", 1)}) == "::"


async def test_strangers_leave_places_to_the_programs_of_this_machine(monkeypatch):
    monkeypatch.setattr(connection, "is_here", lambda peer: peer == "127.0.0.1")
    whole = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    async with house(replace(FREE, connections=8)) as home:
        place = ("127.0.0.1", home.port)
        held = [
            await asyncio.open_connection(*place, local_addr=(f"127.0.0.{n}", 0))
            for n in range(2, 10)
        ]
        assert b" 200 " in await raw(home.port, whole)
        for _, each in held:
            each.close()


async def test_a_request_sent_too_slowly_is_cut():
    async with house(replace(FREE, request_s=0.1)) as home:
        for start in (b"", b"GET / HTTP/1.1\r\nHost: loc"):
            with contextlib.suppress(ConnectionError):
                assert await raw(home.port, start) == b""


async def test_a_second_request_sent_too_slowly_is_cut_too():
    limits = replace(FREE, request_s=0.1, keep_alive_s=60)
    async with house(limits) as home:
        whole = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", home.port)
        writer.write(whole)
        await reader.readuntil(b"</html>\n")
        writer.write(whole[:20])
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize(
    ("request_bytes", "status", "kind"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "malformed"),
        (b"GET /\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed"),
        (b"GET / HTTP/1.1\r\nHost: a b\r\nX Y: z\r\n\r\n", 400, "malformed"),
        (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 40_000 + b"\r\n\r\n",
            431,
            "headers-too-large",
        ),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000, 431, "headers-too-large"),
        (
            (
                b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
                b"Connection: close\r\n\r\n123456789"
            ),
            413,
            "body-refused",
        ),
        (
            (
                b"GET /api/v1/meters HTTP/1.1\r\nHost: localhost\r\n"
                b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"
            ),
            413,
            "body-refused",
        ),
        (
            b"GET // HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            401,
            "credential-needed",
        ),
        (
            b"GET /\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            400,
            "malformed",
        ),
        (
            b"GET http://a/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            401,
            "credential-needed",
        ),
    ],
)
async def test_what_is_hardly_http_gets_a_problem(home, request_bytes, status, kind):
    head, _, body = (await raw(home.port, request_bytes)).partition(b"\r\n\r\n")
    assert f" {status} ".encode() in head.splitlines()[0]
    assert b"application/problem+json" in head
    assert b"nosniff" in head
    assert kind in json.loads(body)["type"]


async def test_a_store_that_fails_half_way_leaves_no_answer_that_looks_whole(home):
    reads = home.app.state.home.deps.reads
    whole = reads.interval_columns

    def failing(*question):
        if len(reads.asked) > 5:
            raise RuntimeError("the disk went away")
        return whole(*question)

    reads.interval_columns = failing
    async with home.client() as client:
        with pytest.raises(httpx.TransportError):
            await client.get(WHOLE)
        reads.interval_columns = whole
        assert (await client.get("/api/v1/health")).status_code == 200


async def test_a_large_answer_is_whole_and_its_page_is_linked(home):
    async with home.client() as client:
        answer = await client.get(WHOLE)
        assert answer.headers["transfer-encoding"] == "chunked"
        assert [row["value"] for row in answer.json()["rows"]] == list(range(ROWS))
        page = await client.get(f"{REGISTER}?from=2023-10-01&limit=50000")
        rest = await client.get(page.links["next"]["url"])
    assert len(page.json()["rows"]) == 50_000
    assert [row["value"] for row in rest.json()["rows"]] == list(range(50_000, ROWS))


async def test_an_address_in_use_is_said(home):
    with pytest.raises(ListenError, match="already in use"):
        await serve(home.app, home.address, asyncio.Event())


@pytest.mark.parametrize(
    ("listen", "said"),
    [
        ("no.such.host.invalid:80", "not a name or address"),
        ("192.0.2.1:8080", "not an address of this machine"),
        ("127.0.0.1", "no place to listen"),
        ("127.0.0.1:99999", "no place to listen"),
        ("unix:/proc/nowhere/api.sock", "can't listen"),
    ],
)
async def test_a_place_that_cannot_be_listened_at_is_said(home, listen, said):
    with pytest.raises(ListenError, match=said):
        await serve(home.app, listen, asyncio.Event())


async def test_a_unix_socket_serves_is_private_and_is_removed(tmp_path):
    path = tmp_path / "api.sock"
    transport = httpx.AsyncHTTPTransport(uds=str(path))
    async with house(FREE, f"unix:{path}") as home:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost", headers=BEARER
        ) as client:
            assert (await client.get("/api/v1/health")).status_code == 200
        with pytest.raises(ListenError, match="already in use"):
            await serve(home.app, f"unix:{path}", asyncio.Event())
    assert not path.exists()


async def test_a_socket_left_by_a_power_cut_is_replaced_and_a_file_is_not(tmp_path):
    path = tmp_path / "api.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    async with house(FREE, f"unix:{path}") as home:
        assert path.exists()
    path.write_text("mine")
    with pytest.raises(ListenError, match="is no socket"):
        await serve(home.app, f"unix:{path}", asyncio.Event())
    assert path.read_text() == "mine"


async def test_the_services_signals_stay_its_own():
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with house(FREE):
        now = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    assert now == before


async def test_a_service_started_again_listens_at_the_same_port():
    async with house(FREE) as home:
        address = home.address
        async with home.client() as client:
            await client.get("/api/v1/health")
    async with house(FREE, address) as again:
        assert again.address == address
