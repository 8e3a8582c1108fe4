"""What this machine is called on its own network: NAME.local and its addresses."""

from __future__ import annotations

import fcntl
import re
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

SIOCGIFCONF = 0x8912
"""Lists the addresses of all interfaces (netdevice(7)), and needs no netlink socket:
the service's sandbox has none."""
IFREQ_BYTES = 40 if struct.calcsize("P") == 8 else 32
INTERFACES = 64
ELSEWHERE = ("192.0.2.1", 9)
"""An address that is nobody's (RFC 5737): no packet is sent, a route is looked up."""
NOT_LDH = re.compile(r"[^a-z0-9-]+")
FALLBACK = "releve"


@dataclass(frozen=True, slots=True)
class Names:
    """One machine's names: `hosts` as NAME.local, the first the one to be shown."""

    hosts: tuple[str, ...]
    addresses: tuple[IPv4Address, ...] = ()

    @property
    def host(self) -> str:
        """Give the name by which it is best called."""
        return self.hosts[0]


def names_of(name: str | None, others: tuple[str, ...] = ()) -> Names:
    """Give the machine's names: `name` or its own, and further ones that browsers use.

    Further names that are no DNS names (a bare address) are left out.
    """
    first = f"{name or own_name()}.local"
    further = (other.lower().rstrip(".") for other in others)
    hosts = dict.fromkeys((first, *(one for one in further if _is_dns(one))))
    return Names(tuple(hosts), addresses())


def own_name() -> str:
    """Give the machine's own name, as mDNS could say it."""
    first = socket.gethostname().partition(".")[0].lower()
    return NOT_LDH.sub("-", first).strip("-")[:63] or FALLBACK


def addresses() -> tuple[IPv4Address, ...]:
    """Give its IPv4 addresses, that of the way out first; none of itself alone."""
    found = {one: None for one in (_outward(), *_all()) if one is not None}
    return tuple(one for one in found if not (one.is_loopback or one.is_unspecified))


def _outward() -> IPv4Address | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            return None
        return IPv4Address(probe.getsockname()[0])


def _all() -> list[IPv4Address]:
    room = bytearray(IFREQ_BYTES * INTERFACES)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            used = _ifconf(asked, room)
        except OSError:
            return []
    # struct ifreq: 16 bytes of name, then a sockaddr_in, whose address is at 4
    return sorted(
        IPv4Address(bytes(room[at + 20 : at + 24]))
        for at in range(0, used, IFREQ_BYTES)
    )


def _ifconf(asked: socket.socket, room: bytearray) -> int:
    """Fill `room` with the kernel's list; give how much of it is used."""
    import ctypes  # noqa: PLC0415 - the address of a buffer, once an hour

    place = (ctypes.c_char * len(room)).from_buffer(room)
    told = struct.pack("iP", len(room), ctypes.addressof(place))
    return int(struct.unpack("iP", fcntl.ioctl(asked, SIOCGIFCONF, told))[0])


def _is_dns(name: str) -> bool:
    labels = name.split(".")
    return not labels[-1].isdigit() and all(
        re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label) for label in labels
    )
