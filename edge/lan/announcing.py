"""mDNS: a Relevé is here, at this name and port. Of the home it says nothing.

`_releve._tcp` with the path of the API and the version of this announcement, and the
address records of the name; a neighbour who listens learns what a port scan tells.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Address

from zeroconf import IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

TYPE = "_releve._tcp.local."
INSTANCE = "releve"
SAY_S = 30.0
"""How long it may take: a neighbour who answers to each name would hold us for ever."""
TEXT = {"path": "/api/v1", "v": "1"}


def announcement(host: str, port: int, addresses: Sequence[IPv4Address]) -> ServiceInfo:
    """Give all that is said."""
    return ServiceInfo(
        TYPE,
        f"{INSTANCE}.{TYPE}",
        port=port,
        properties=TEXT,
        server=f"{host}.",
        addresses=[address.packed for address in addresses],
    )


class Announcer:
    """Says on each of the addresses' networks that a Relevé is here."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._told: AsyncZeroconf | None = None
        self._addresses: tuple[IPv4Address, ...] = ()
        self.name = f"{INSTANCE}.{TYPE}"

    async def say(self, addresses: tuple[IPv4Address, ...]) -> None:
        """Say it by these addresses, anew when they have changed; raise OSError."""
        if addresses == self._addresses:
            return
        await self.close()
        if not addresses:
            return
        # the addresses are given: to look for them takes a netlink socket, which the
        # service's sandbox has not
        told = AsyncZeroconf(
            interfaces=[str(address) for address in addresses],
            ip_version=IPVersion.V4Only,
        )
        try:
            info = announcement(self._host, self._port, addresses)
            # another home's on the same network: ours is then releve-2
            async with asyncio.timeout(SAY_S):
                await told.async_register_service(info, allow_name_change=True)
        except TimeoutError as error:
            await told.async_close()
            raise OSError("a neighbour takes our name, whichever it is") from error
        except BaseException:
            await told.async_close()
            raise
        self._told, self._addresses, self.name = told, addresses, info.name

    async def close(self) -> None:
        """Say that it is no more."""
        told, self._told, self._addresses = self._told, None, ()
        if told is not None:
            await told.async_unregister_all_services()
            await told.async_close()
