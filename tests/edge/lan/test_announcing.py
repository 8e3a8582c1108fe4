"""mDNS: where a Relevé is, and nothing of the home."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address

import ifaddr
import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from edge.lan import announcing
from edge.lan.announcing import TYPE, Announcer, announcement
from edge.lan.names import addresses

HERE = (IPv4Address("192.168.1.20"),)


def test_what_is_announced_says_nothing_of_the_home():
    info = announcement("pi.local", 8443, HERE)
    assert info.name == "releve._releve._tcp.local."
    assert info.server == "pi.local."
    assert info.decoded_properties == {"path": "/api/v1", "v": "1"}
    assert info.port == 8443
    assert info.parsed_addresses() == ["192.168.1.20"]


@pytest.mark.real
@pytest.mark.timeout(180)
@pytest.mark.skipif(not addresses(), reason="this machine has no network")
async def test_a_neighbour_finds_it_and_is_told_when_it_is_gone(monkeypatch):
    # the service's sandbox has no netlink socket, by which interfaces are listed
    monkeypatch.setattr(ifaddr, "get_adapters", None)
    mine = addresses()[:1]
    announcer = Announcer("releve-test.local", 8443)
    neighbour = AsyncZeroconf(
        interfaces=[str(mine[0])], ip_version=IPVersion.V4Only, unicast=False
    )
    try:
        await announcer.say(mine)
        await announcer.say(mine)  # said already
        found = AsyncServiceInfo(TYPE, announcer.name)
        async with asyncio.timeout(30):
            while not await found.async_request(neighbour.zeroconf, 1000):
                pass
        assert found.server == "releve-test.local."
        assert found.port == 8443
        await announcer.close()
        gone = AsyncServiceInfo(TYPE, announcer.name)
        async with asyncio.timeout(30):
            while await gone.async_request(neighbour.zeroconf, 300):
                pass
    finally:
        await announcer.close()
        await neighbour.async_close()


class Besieged:
    """A network on which a neighbour answers to whatever name is asked for."""

    def __init__(self, **_):
        self.closed = False

    async def async_register_service(self, _info, *, allow_name_change):
        assert allow_name_change
        await asyncio.Event().wait()

    async def async_close(self):
        self.closed = True


@pytest.mark.timeout(180)
async def test_a_neighbour_who_takes_every_name_holds_nothing_up(monkeypatch):
    """Certificates are renewed in the same turn: it has to come to an end."""
    besieged = Besieged()
    monkeypatch.setattr(announcing, "AsyncZeroconf", lambda **_: besieged)
    monkeypatch.setattr(announcing, "SAY_S", 0.01)
    announcer = Announcer("pi.local", 8443)
    with pytest.raises(OSError, match="takes our name"):
        await announcer.say(HERE)
    assert besieged.closed
    await announcer.close()


async def test_without_an_address_nothing_is_said():
    announcer = Announcer("pi.local", 8443)
    await announcer.say(())
    await announcer.close()
