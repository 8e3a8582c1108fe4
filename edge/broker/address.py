"""Where a broker is, and who we are to it; a password is in no text made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from edge.errors import BrokerError
from edge.outgoing.places import Guard

PORT = 1883
TLS_PORT = 8883
WRITTEN = 'write it as "mqtt://user:password@host:1883" or mqtts://'


@dataclass(frozen=True, slots=True)
class Login:
    """A user's name and password; the password is never shown."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """A broker's place on the network, and whose certificates it may show.

    `fingerprint` is the SHA-256 of the one certificate that counts, whoever signed it.
    With a `guard` it is outside: reached by an address that was checked alone.
    """

    host: str
    port: int
    tls: bool = False
    ca_file: Path | None = None
    fingerprint: str | None = None
    guard: Guard | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"

    @property
    def ca_key(self) -> str:
        """Give what `ca_file` is called in the configuration."""
        return "mqtt.ca_file" if self.guard is None else "cloud.ca_file"

    @property
    def is_here(self) -> bool:
        """Tell whether what is said on the way stays on this machine."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")


def parse_url(url: str, ca_file: Path | None = None) -> tuple[Address, Login | None]:
    """Take apart mqtt://user:password@host:port, the user percent-encoded or none.

    Raises BrokerError, which repeats nothing of the address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # not chained: its words quote what stands around the colon, a password's start
        raise BrokerError("the broker's address can't be read", hint=WRITTEN) from None
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise BrokerError("the broker's address can't be read", hint=WRITTEN)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BrokerError(
            "the broker's address goes on after its port",
            hint="in a password, write / as %2F, ? as %3F, # as %23 and @ as %40",
        )
    tls = parts.scheme == "mqtts"
    address = Address(
        host=parts.hostname,
        port=port or (TLS_PORT if tls else PORT),
        tls=tls,
        ca_file=ca_file,
    )
    if parts.username is None:
        return address, None
    return address, Login(unquote(parts.username), unquote(parts.password or ""))


def parse_listen(listen: str) -> Address:
    """Give where a broker that listens at host:port is reached from this machine.

    Raises BrokerError on a Unix socket: neither Home Assistant nor most tools use one.
    """
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdigit() or not int(port):
        raise BrokerError(
            f"a managed broker can't listen at {listen}",
            hint='set mqtt.listen to a host and a port, as in "127.0.0.1:1883"',
        )
    here = {"0.0.0.0": "127.0.0.1", "::": "::1", "*": "127.0.0.1"}  # noqa: S104 - read, not bound
    return Address(here.get(host, host), int(port))
