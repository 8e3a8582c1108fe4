"""MQTT on the local network: TLS with the home's own certificate, and nothing else."""

from __future__ import annotations

import contextlib
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest

from edge.broker import managed as part
from edge.broker.address import Address
from edge.broker.connection import Connection
from edge.broker.mosquitto import STRANGERS
from edge.errors import BrokerError
from edge.lan.certificates import Certificates
from edge.lan.names import Names
from edge.lan.place import public_file
from tests.real.brokers import Managed, kept_up, until
from tests.real.home import free_port

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

NAMES = Names(("localhost",))
"""What a client of this machine can call it by, without a name server."""


@pytest.fixture
def opened(tmp_path):
    """Give a home whose network is open, and its certificates."""
    held = Certificates.open(tmp_path / "data", NAMES, datetime.now(UTC))
    port = free_port()
    home = Managed(tmp_path, lan={"open": True, "mqtt": f"127.0.0.1:{port}"})
    home.network = Address("localhost", port, tls=True, ca_file=held.public_file)
    return home, held


def shown(port, ca_file, name="localhost"):
    """Give the serial number that the broker's certificate has for who trusts ours."""
    context = ssl.create_default_context(cafile=str(ca_file))
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname=name) as connected,
    ):
        return connected.getpeercert()["serialNumber"], connected.version()


async def test_the_owner_comes_in_by_tls_with_the_same_login(opened):
    home, _ = opened
    async with kept_up(home):
        await home.up()
        connection = await Connection.open(
            home.network, home.login("owner"), "releve-owner"
        )
        await connection.close()
        with pytest.raises(BrokerError, match="password"):
            await Connection.open(home.network, None, "releve-owner")


async def test_who_does_not_trust_the_homes_authority_is_turned_away(opened, tmp_path):
    home, held = opened
    other = Certificates.open(tmp_path / "other", NAMES, datetime.now(UTC))
    async with kept_up(home):
        await home.up()
        with pytest.raises(ssl.SSLCertVerificationError):
            shown(home.network.port, other.public_file)
        with pytest.raises(ssl.SSLCertVerificationError, match="not valid for"):
            shown(home.network.port, held.public_file, "pi.example")


async def test_nothing_is_said_in_clear_at_the_networks_port(opened):
    home, _ = opened
    plain = Address("localhost", home.network.port)
    async with kept_up(home):
        await home.up()
        with pytest.raises(BrokerError):
            await Connection.open(plain, home.login("owner"), "releve-owner")


async def test_strangers_who_say_nothing_leave_places_to_this_machine(opened):
    home, _ = opened
    async with kept_up(home):
        await home.up()
        place = ("127.0.0.1", home.network.port)
        with contextlib.ExitStack() as stack:
            held = [
                stack.enter_context(socket.create_connection(place, 10))
                for _ in range(STRANGERS + 1)
            ]
            held[-1].settimeout(10)
            with contextlib.suppress(ConnectionResetError):
                assert held[-1].recv(1) == b""  # cut at once
            connection = await Connection.open(
                home.address, home.login("owner"), "releve-owner"
            )
            await connection.close()


async def test_old_tls_is_refused(opened):
    home, held = opened
    context = ssl.create_default_context(cafile=str(held.public_file))
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    async with kept_up(home):
        await home.up()
        assert shown(home.network.port, held.public_file)[1] == "TLSv1.3"
        with (
            socket.create_connection(("127.0.0.1", home.network.port), 10) as tcp,
            pytest.raises(OSError),  # noqa: PT011 - SSLError or a reset, both refusals
        ):
            context.wrap_socket(tcp, server_hostname="localhost").close()


async def test_a_renewed_certificate_is_shown_and_nobody_is_cut(opened, monkeypatch):
    home, held = opened
    monkeypatch.setattr(part, "RENEWED_S", 0.05)
    async with kept_up(home):
        await home.up()
        pid = home.pid
        first, _ = shown(home.network.port, held.public_file)
        async with home.connected("owner") as owner:
            assert held.renew(NAMES, datetime.now(UTC) + timedelta(days=300))
            # of the future, and so not yet good: renewed again, by the true time
            assert held.renew(NAMES, datetime.now(UTC))
            await until(lambda: shown(home.network.port, held.public_file)[0] != first)
            await owner.publish("homeassistant/status", b"online", qos=1)
        assert home.pid == pid
        assert home.broker.counters["starts"] == 1


async def test_without_certificates_this_machine_is_served_all_the_same(tmp_path):
    home = Managed(
        tmp_path, lan={"open": True, "mqtt": f"127.0.0.1:{(port := free_port())}"}
    )
    async with kept_up(home):
        await home.up()
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert not public_file(home.config.data_dir).exists()
