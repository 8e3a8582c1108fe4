"""Where a name leads: looked up once, judged, and connected to as it was judged.

A name may answer twice, otherwise the second time (DNS rebinding): whoever checks one
answer and connects by the name has checked nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, TypeAlias

from edge.outgoing.destination import Destination, OutgoingRefused
from edge.threads import aside

Ip: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

REFUSED: tuple[tuple[str, tuple[Network, ...]], ...] = (
    (
        "this machine itself",
        tuple(map(ip_network, ("127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"))),
    ),
    (
        "a link-local address",
        tuple(map(ip_network, ("169.254.0.0/16", "fe80::/10"))),
    ),
    (
        "no single machine",
        tuple(map(ip_network, ("224.0.0.0/4", "240.0.0.0/4", "ff00::/8"))),
    ),
)
"""A home's own networks (RFC 1918, fc00::/7, 100.64.0.0/10) aren't here: a household's
broker or cloud may stand beside the Pi."""
CARRIERS = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""Networks whose addresses have an IPv4 one in their last four bytes."""

Resolve: TypeAlias = Callable[[str, int], Sequence[tuple[Any, ...]]]
Judge: TypeAlias = Callable[[Ip], str | None]


@dataclass(frozen=True, slots=True)
class Place:
    """An address that was judged; `sockaddr` is connected to, and nothing looked up."""

    family: int
    ip: Ip
    sockaddr: tuple[Any, ...]


def refusal(ip: Ip) -> str | None:
    """Give what an address is that nothing of ours is sent to; None when it may be."""
    for one in (ip, *_within(ip)):
        for what, networks in REFUSED:
            if any(one in network for network in networks):
                return what
    return None


def _within(ip: Ip) -> list[Ip]:
    """Give the addresses that an IPv6 one carries: gateways send on to them."""
    if isinstance(ip, IPv4Address):
        return []
    found: list[Ip] = [one for one in (ip.ipv4_mapped, ip.sixtofour) if one is not None]
    if ip.teredo is not None:
        found += ip.teredo
    if any(ip in network for network in CARRIERS):
        found.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return found


def _look_up(host: str, port: int) -> Sequence[tuple[Any, ...]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


@dataclass(frozen=True, slots=True)
class Guard:
    """Looks names up, and lets those addresses through that may be spoken to."""

    resolve: Resolve = _look_up
    judge: Judge = refusal

    def places(self, to: Destination) -> tuple[Place, ...]:
        """Give the addresses of a destination that may be reached, the best first.

        Blocks. Raises OutgoingRefused: "unknown-name", or "refused-address" where none
        is left.
        """
        try:
            answers = self.resolve(to.host, to.port)
        except (OSError, UnicodeError) as error:
            raise OutgoingRefused(
                "unknown-name",
                "the destination's name is not known",
                hint="is it spelt right, and has this machine the Internet?",
            ) from error
        found: list[Place] = []
        why = None
        for family, _, _, _, sockaddr in answers:
            ip = ip_address(str(sockaddr[0]).partition("%")[0])
            refused = self.judge(ip)
            if refused is None:
                found.append(Place(family, ip, sockaddr))
            why = why or refused
        if not found:
            raise OutgoingRefused(
                "refused-address",
                f"the destination is {why or 'nowhere'}",
                hint="a server in the home is named by its address in the network",
            )
        return tuple(found)

    async def looked_up(self, to: Destination) -> tuple[Place, ...]:
        """Give the same without holding up the loop; a resolver may hang."""
        return await aside(lambda: self.places(to), "resolver")
