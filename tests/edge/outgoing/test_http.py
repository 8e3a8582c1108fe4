"""HTTPS goes to the address that was checked, by the name that was typed, and stays."""

from __future__ import annotations

import asyncio
import ssl
from ipaddress import ip_address

import httpx
import pytest
from named_server import NAME, certificate, server, trusting

from edge.outgoing.connect import streams
from edge.outgoing.destination import Destination, OutgoingRefused
from edge.outgoing.http import client
from edge.outgoing.places import Guard, refusal
from tests.edge.outgoing.test_places import answers

pytestmark = pytest.mark.real
HERE = ip_address("127.0.0.1")


@pytest.fixture
def shown(tmp_path):
    return certificate(tmp_path)


@pytest.fixture
async def there(shown):
    async with server(shown) as made:
        yield made


def guard(*ips: str) -> Guard:
    """Let this machine's first address through: the tests have no other."""
    return Guard(
        lambda _host, port: answers(*(ips or ("127.0.0.1",)), port=port),
        lambda ip: None if ip == HERE else refusal(ip),
    )


def to(there, host: str = NAME) -> Destination:
    return Destination.parse(f"https://{host}:{there.port}/data")


async def test_the_name_is_asked_for_and_the_checked_address_connected_to(there, shown):
    async with client(to(there), guard(), trusting(shown)) as http:
        for _ in range(2):
            assert (await http.get("/io.cozy")).text == "ok"
    assert [one.split(b"\r\n")[0] for one in there.heard] == [
        b"GET /data/io.cozy HTTP/1.1"
    ] * 2
    assert f"host: {NAME}:{there.port}".encode() in there.heard[0].lower()


async def test_who_is_stopped_amid_the_handshake_leaves_nothing_open():
    came, gone = asyncio.Event(), asyncio.Event()

    async def mute(reader, writer):
        await reader.read(1)  # its first word of the handshake, and no answer
        came.set()
        await reader.read()
        gone.set()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with server, asyncio.timeout(20):
        port = server.sockets[0].getsockname()[1]
        place = Destination.parse(f"https://{NAME}:{port}/")
        async with client(place, guard()) as http:
            asking = asyncio.create_task(http.get("/"))
            await came.wait()
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            await gone.wait()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("follow", [False, True])
async def test_a_redirect_is_refused_and_never_followed(there, shown, status, follow):
    there.answer = (
        f"HTTP/1.1 {status} Away\r\nLocation: http://127.0.0.1/\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()
    async with client(to(there), guard(), trusting(shown)) as http:
        with pytest.raises(OutgoingRefused) as refused:
            await http.get("/", follow_redirects=follow)
    assert refused.value.reason == "redirected"
    assert len(there.heard) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/",
        f"http://{NAME}/",
        f"https://{NAME}:1/",
        "https://127.0.0.1/",
    ],
)
async def test_a_client_speaks_to_its_own_destination_alone(there, shown, url):
    async with client(to(there), guard(), trusting(shown)) as http:
        with pytest.raises(OutgoingRefused) as refused:
            await http.get(url)
    assert refused.value.reason == "elsewhere"
    assert there.heard == []


async def test_a_name_that_leads_here_at_the_second_request_is_refused_then(
    there, shown
):
    said = [["127.0.0.1"], ["127.0.0.2"]]
    turning = Guard(lambda _, port: answers(*said.pop(0), port=port), guard().judge)
    async with client(to(there), turning, trusting(shown)) as http:
        assert (await http.get("/")).status_code == 200
        with pytest.raises(OutgoingRefused) as refused:
            await http.get("/")
    assert refused.value.reason == "refused-address"
    assert len(there.heard) == 1


async def test_without_a_say_this_machine_is_never_reached(there, shown):
    async with client(to(there, "127.0.0.1"), None, trusting(shown)) as http:
        with pytest.raises(OutgoingRefused):
            await http.get("/")
    assert there.heard == []


async def test_no_proxy_of_the_environment_is_asked(there, shown, monkeypatch):
    for name in ("HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with client(to(there), guard(), trusting(shown)) as http:
        assert (await http.get("/")).status_code == 200


async def test_a_certificate_of_another_name_or_of_nobody_is_refused(there, shown):
    other = Destination("https", "other.example", there.port)
    async with client(other, guard(), trusting(shown)) as http:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
            await http.get("/")
    async with client(to(there), guard()) as http:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
            await http.get("/")
    with pytest.raises(ssl.SSLCertVerificationError):
        await streams(other, guard(), trusting(shown))
    assert there.heard == []


async def test_an_encrypted_stream_is_by_the_name_too(there, shown):
    reader, writer = await streams(to(there), guard(), trusting(shown))
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    writer.close()
    await writer.wait_closed()
