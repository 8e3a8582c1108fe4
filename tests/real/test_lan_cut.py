"""What a service is sent over the network is cut by TLS as it is in clear."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))  # tests are no package

from api_house import NOW_MS, PARIS, TOKEN, FakeReads, half_hours, paris, report
from services_house import LINE, Household

from api.app import create_app
from api.deps import Deps, MeterInfo
from api.limits import Limits
from api.server import Secure, serve
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.consent.consents import Choice
from edge.consent.records import Declared
from edge.consent.terms import read
from edge.interval import Step
from edge.lan.certificates import Certificates
from edge.lan.names import Names

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

WHOLE = "/api/v1/meters/linky/registers/import_total_wh?step=30min&limit=60000"
ROWS = half_hours(17_000, paris("2025-11-01T00:00:00+01:00"))
TAKEN_BYTES = 64 << 10
"""What may have come to the service's own machine before the decision."""


@pytest.fixture
def household(tmp_path):
    opened = Household.open(tmp_path)
    yield opened
    opened.consents.close()


@pytest.fixture
def certificates(tmp_path) -> Certificates:
    here = Names(("localhost",), (IPv4Address("127.0.0.1"),))
    return Certificates.open(tmp_path, here, datetime.now(UTC))


def begin(port: int, token: str, certificates: Certificates) -> ssl.SSLSocket:
    """Ask as a service that takes little at a time; read where its answer begins."""
    trust = ssl.create_default_context(cafile=str(certificates.public_file))
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.settimeout(20)
    plain.connect(("127.0.0.1", port))
    connected = trust.wrap_socket(
        plain, server_hostname="localhost", suppress_ragged_eofs=False
    )
    asked = f"GET {WHOLE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}"
    connected.sendall(f"{asked}\r\n\r\n".encode())
    assert b" 200 " in connected.recv(256)
    return connected


def rest(connected: ssl.SSLSocket) -> tuple[int, bool]:
    """Read all that still comes: how many bytes, and whether it broke off."""
    count = 0
    try:
        while piece := connected.recv(65_536):
            count += len(piece)
    except OSError:  # a reset, or TLS that no word ended
        return count, True
    finally:
        connected.close()
    return count, False


async def test_a_slow_reader_by_tls_gets_nothing_after_a_withdrawal(
    household, certificates
):
    terms = read({**LINE, "granularity": "30min"})
    service, given = household.consents.give(
        Declared("Coach", "Coach SAS", "contact@coach.example"),
        [Choice(terms, frozenset({"linky"}))],
        {},
    )
    token = household.credentials.issue(service.id, household.consents.now_ms()).access
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
    stop = asyncio.Event()
    ready = asyncio.get_running_loop().create_future()
    secure = Secure("127.0.0.1:0", certificates.context())
    app = create_app(household.within(deps))
    serving = asyncio.create_task(
        serve(app, "127.0.0.1:0", stop, secure=secure, ready=ready)
    )
    try:
        port = int((await ready)[1].rpartition(":")[2])
        connected = await asyncio.to_thread(begin, port, token, certificates)
        held = [one.id for one in given]
        await asyncio.to_thread(household.consents.withdraw, held)
        async with asyncio.timeout(1.0):
            count, broke_off = await asyncio.to_thread(rest, connected)
        assert broke_off
        assert count <= TAKEN_BYTES
    finally:
        stop.set()
        await serving
