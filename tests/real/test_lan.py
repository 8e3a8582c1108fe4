"""The API on the local network: TLS alone, with a certificate that renews itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import httpx
import pytest

from api import handshake
from api.app import create_app
from api.deps import Authority, Deps, MeterInfo
from api.server import Secure, serve
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.lan.certificates import Certificates
from edge.lan.names import Names, names_of
from edge.lan.place import public_file
from tests.api.api_house import BEARER, NOW_MS, PARIS, TOKEN, FakeReads, report
from tests.real.home import Home, free_port

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

NAMES = Names(("localhost",), (IPv4Address("127.0.0.1"),))


class House:
    """An API at two ports of this machine: plain, and by TLS."""

    def __init__(self, plain, secure, certificates):
        self.plain = int(plain.rpartition(":")[2])
        self.port = int(secure.rpartition(":")[2])
        self.certificates = certificates
        self.trust = ssl.create_default_context(cafile=str(certificates.public_file))

    def client(self, host="localhost"):
        url = f"https://{host}:{self.port}"
        return httpx.AsyncClient(base_url=url, verify=self.trust, timeout=20)

    def serial(self):
        """Give which certificate is shown to who comes now."""
        with (
            socket.create_connection(("127.0.0.1", self.port), 10) as plain,
            self.trust.wrap_socket(plain, server_hostname="localhost") as connected,
        ):
            return connected.getpeercert()["serialNumber"]


@pytest.fixture
def deps():
    return Deps(
        reads=FakeReads(),
        bus=Bus(),
        health=report,
        meters=(MeterInfo("linky", "linky", Fluid.ELECTRICITY),),
        zone=PARIS,
        token=TOKEN,
        now_ms=lambda: NOW_MS,
    )


@pytest.fixture
async def house(tmp_path, deps):
    held = Certificates.open(tmp_path, NAMES, datetime.now(UTC))
    shown = Authority(held.public_pem, held.fingerprint, "localhost", "https://x")
    app = create_app(replace(deps, authority=shown))
    stop = asyncio.Event()
    ready = asyncio.get_running_loop().create_future()
    secure = Secure("127.0.0.1:0", held.context())
    task = asyncio.create_task(
        serve(app, "127.0.0.1:0", stop, secure=secure, ready=ready)
    )
    plain, by_tls = await ready
    try:
        yield House(plain, by_tls, held)
    finally:
        stop.set()
        async with asyncio.timeout(60):
            await task


async def test_a_client_that_trusts_the_homes_authority_alone_comes_in(house):
    for host in ("localhost", "127.0.0.1"):
        async with house.client(host) as client:
            answer = await client.get("/ca.crt")
        assert answer.content == house.certificates.public_pem


async def test_the_same_is_served_at_both_and_neither_without_the_token(house):
    async with house.client() as client:
        assert (await client.get("/api/v1/meters")).status_code == 401
        first = await client.get("/api/v1/meters", headers=BEARER)
    async with httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{house.plain}/api/v1/meters"
        second = await client.get(url, headers=BEARER)
    assert first.status_code == 200
    assert first.content == second.content


async def test_who_trusts_others_is_warned(house, tmp_path):
    other = Certificates.open(tmp_path / "other", NAMES, datetime.now(UTC))
    trust = ssl.create_default_context(cafile=str(other.public_file))
    async with httpx.AsyncClient(verify=trust) as client:
        with pytest.raises(httpx.ConnectError, match="verify failed"):
            await client.get(f"https://localhost:{house.port}/")


async def test_curl_speaks_http_1_1_by_tls_1_3_and_takes_no_other_name(house):
    words = ["curl", "-sS", "--cacert", str(house.certificates.public_file)]
    said = ["-o", "/dev/null", "-w", "%{http_version} %{ssl_verify_result}"]
    url = f"https://localhost:{house.port}/ca"
    right = await asyncio.create_subprocess_exec(
        *words, "--tlsv1.3", *said, url, stdout=-1
    )
    assert (await right.communicate())[0] == b"1.1 0"
    named = ["--resolve", f"pi.example:{house.port}:127.0.0.1"]
    wrong = await asyncio.create_subprocess_exec(
        *words, *named, f"https://pi.example:{house.port}/ca", stderr=-1, stdout=-1
    )
    assert b"no alternative certificate subject name" in (await wrong.communicate())[1]


async def test_plain_http_is_not_spoken_there(house):
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"http://127.0.0.1:{house.port}/ca")
        # and nobody else is the worse for it
        answer = await client.get(f"http://127.0.0.1:{house.plain}/ca")
        assert answer.status_code == 200


async def test_an_older_tls_is_not_spoken(house):
    done = await asyncio.create_subprocess_exec(
        *("openssl", "s_client", "-connect", f"127.0.0.1:{house.port}", "-tls1_1"),
        *("-cipher", "DEFAULT@SECLEVEL=0"),
        stdin=subprocess.DEVNULL,
        stdout=-1,
        stderr=-1,
    )
    await done.communicate()
    assert done.returncode != 0


async def test_a_renewed_certificate_is_shown_to_who_comes_next(house):
    held = house.certificates
    first = await asyncio.to_thread(house.serial)
    async with house.client() as client:
        await client.get("/ca.crt")
        assert held.renew(NAMES, datetime.now(UTC) + timedelta(days=300))
        assert held.renew(NAMES, datetime.now(UTC))
        held.show()
        # who is connected stays so
        assert (await client.get("/ca.crt")).status_code == 200
    assert await asyncio.to_thread(house.serial) != first


async def test_handshakes_that_are_never_done_are_few_and_end(house, monkeypatch):
    monkeypatch.setattr(handshake, "HANDSHAKE_S", 1.0)
    many = range(handshake.AT_ONCE_PER_PEER + 20)
    async with asyncio.timeout(30):
        mute = [await asyncio.open_connection("127.0.0.1", house.port) for _ in many]
        # those without a place are cut at once, the others when their time is over
        for reader, writer in mute:
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
            writer.close()
    async with house.client() as client:
        assert (await client.get("/ca.crt")).status_code == 200


async def test_stopping_waits_for_no_handshake(tmp_path, deps):
    held = Certificates.open(tmp_path, NAMES, datetime.now(UTC))
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    ready = loop.create_future()
    serving = asyncio.create_task(
        serve(
            *(create_app(deps), "127.0.0.1:0", stop),
            secure=Secure("127.0.0.1:0", held.context()),
            ready=ready,
        )
    )
    port = int((await ready)[1].rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    stop.set()
    async with asyncio.timeout(4):
        await serving
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()


async def test_where_the_networks_port_is_taken_this_machine_is_served(
    tmp_path, deps, caplog
):
    held = Certificates.open(tmp_path, NAMES, datetime.now(UTC))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
        secure = Secure(listen, held.context())
        serving = asyncio.create_task(
            serve(create_app(deps), "127.0.0.1:0", stop, secure=secure, ready=ready)
        )
        (plain,) = await ready
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://{plain}/")).status_code == 200
        stop.set()
        await serving
    assert "the network is not let in" in caplog.text


def opened(home):
    """Open a home's network at a port of this machine; give the port."""
    port = free_port()
    text = home.config.read_text()
    lan = f'[lan]\nopen = true\nname = "pi"\nhttps = "127.0.0.1:{port}"\n'
    home.config.write_text(text.replace("[journal]", f"{lan}[journal]"))
    return port


async def test_a_whole_service_lets_the_network_in_once_it_is_opened(tmp_path):
    home = Home(tmp_path)
    home.start()
    try:
        await home.until("/api/v1/health", lambda found: found["parts"])
        assert not (home.data / "lan").exists()
        home.stop()
        port = opened(home)
        home.start()
        report = await home.until(
            "/api/v1/health",
            lambda found: any(part["name"] == "lan" for part in found["parts"]),
        )
        (lan,) = [part for part in report["parts"] if part["name"] == "lan"]
        assert lan["ok"]
        assert 360 <= lan["gauges"]["certificate_days"] <= 365
        said = await curl(home, port, "/.well-known/oauth-authorization-server")
        assert json.loads(said)["issuer"] == f"https://pi.local:{port}"
        assert b"BEGIN CERTIFICATE" in await curl(home, port, "/ca.crt")
        home.stop()
        assert home.process.returncode == 0
        assert "Traceback" not in home.said
    finally:
        home.end()


async def curl(home, port, path):
    asked = await asyncio.create_subprocess_exec(
        *("curl", "-sS", "--cacert", str(public_file(home.data))),
        *("--resolve", f"pi.local:{port}:127.0.0.1", f"https://pi.local:{port}{path}"),
        stdout=-1,
    )
    said, _ = await asked.communicate()
    assert asked.returncode == 0
    return said


async def test_an_authority_that_is_harmed_closes_the_network_and_no_more(tmp_path):
    home = Home(tmp_path)
    Certificates.open(home.data, names_of("pi"), datetime.now(UTC))
    (home.data / "lan" / "authority.pem").write_bytes(b"harmed")
    port = opened(home)
    home.start()
    try:
        report = await home.until("/api/v1/health", lambda found: found["parts"])
        (lan,) = [part for part in report["parts"] if part["name"] == "lan"]
        assert not lan["ok"]
        assert "--new-ca" in lan["detail"]
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    finally:
        home.stop()
        home.end()
