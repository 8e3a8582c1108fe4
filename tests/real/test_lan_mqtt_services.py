"""A service on the local network: by TLS, with the home's own authority."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.lan.certificates import Certificates
from edge.lan.names import Names
from edge.lan.place import public_file
from tests.attacks.service_house import Ear, House
from tests.attacks.twin_home import paris
from tests.real.brokers import Managed, kept_up
from tests.real.home import free_port

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

NAMES = Names(("localhost",))
"""What a client of this machine can call it by, without a name server."""
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is tried


async def test_a_service_comes_in_by_tls_and_is_told_its_days_there(tmp_path):
    home = House(tmp_path)
    held = Certificates.open(home.data, NAMES, datetime.now(UTC))
    port = free_port()
    lan = home.config.lan.model_copy(update={"open": True, "mqtt": f"127.0.0.1:{port}"})
    home.config = home.config.model_copy(update={"lan": lan})
    async with home.running():
        service, given = await home.give()
        login = await home.login(service)
        assert login["tls_port"] == port
        ear = Ear(port, login, ca_file=held.public_file)
        await asyncio.to_thread(ear.open)
        await home.to(paris("2026-10-27T07:00:03+01:00"))
        await asyncio.to_thread(ear.wait, ear.rows)
        await home.withdraw(*given)
        await asyncio.to_thread(ear.wait, lambda: ear.ended, 1)
        await asyncio.to_thread(ear.shut)
        again = Ear(port, login, ca_file=held.public_file)
        with pytest.raises(PermissionError):
            await asyncio.to_thread(again.open)


def listening(pid):
    """Give where a process listens: host and port of each of its sockets."""
    links = [file.readlink() for file in Path(f"/proc/{pid}/fd").iterdir()]
    own = {
        found[1] for one in links if (found := re.match(r"socket:\[(\d+)]", str(one)))
    }
    places = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == "0A" and words[9] in own:
            host, _, port = words[1].partition(":")
            address = bytes.fromhex(host)[::-1]
            places.add((socket.inet_ntoa(address), int(port, 16)))
    return places


async def test_on_the_network_nothing_listens_but_the_encrypted_port(tmp_path):
    Certificates.open(tmp_path / "data", NAMES, datetime.now(UTC))
    port = free_port()
    home = Managed(tmp_path, lan={"open": True, "mqtt": f"{EVERYWHERE}:{port}"})
    async with kept_up(home):
        await home.up()
        assert listening(home.pid) == {("127.0.0.1", home.port), (EVERYWHERE, port)}
        # another address of this machine stands for the network's
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.2", home.port)) != 0
        context = ssl.create_default_context(
            cafile=str(public_file(home.config.data_dir))
        )
        with (
            socket.create_connection(("127.0.0.2", port), 10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as encrypted,
        ):
            assert encrypted.version() == "TLSv1.3"
