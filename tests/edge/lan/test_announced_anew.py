"""What was announced is taken back when the network is gone."""

from __future__ import annotations

from ipaddress import IPv4Address

from edge.lan import announcing
from edge.lan.announcing import Announcer


class Network:
    """A network that takes what it is told."""

    def __init__(self):
        self.said = []

    async def async_register_service(self, info, *, allow_name_change):
        assert allow_name_change
        self.said.append(info.name)

    async def async_unregister_all_services(self):
        self.said.clear()

    async def async_close(self):
        self.said.append("closed")


async def test_without_addresses_any_more_nothing_stays_announced(monkeypatch):
    networks = [Network()]
    monkeypatch.setattr(announcing, "AsyncZeroconf", lambda **_: networks[-1])
    announcer = Announcer("pi.local", 8443)
    here = (IPv4Address("192.168.1.20"),)
    await announcer.say(here)
    assert networks[0].said == [announcer.name]
    await announcer.say(())
    assert networks[0].said == ["closed"]
    networks.append(Network())  # the network is back
    await announcer.say(here)
    assert networks[1].said == [announcer.name]
    await announcer.close()
