"""Open a socket to a broker, encrypted if asked, without ever holding up the loop.

paho-mqtt would do it in a thread that can't be stopped: up to a keep-alive long when a
server takes the connection and says nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any

from edge.broker.address import Address
from edge.errors import BrokerError
from edge.outgoing.connect import connected
from edge.outgoing.destination import Destination, OutgoingRefused
from edge.threads import aside

UNANSWERED_MS = 20_000
"""What was sent and not acknowledged for so long: the other side is gone."""

Info = tuple[int, int, int, str, Any]


async def dial(address: Address) -> socket.socket:
    """Give a connected socket that doesn't block; raise BrokerError in plain words.

    Bounded by the caller's timeout; whatever it ends by, nothing stays open.
    """
    if address.guard is not None:
        return await _encrypted(await _outside(address), address)
    error: OSError | None = None
    for family, kind, number, _, place in await _resolved(address):
        opened = socket.socket(family, kind, number)
        try:
            opened.setblocking(False)  # noqa: FBT003 - so it is named
            _tune(opened)
            await asyncio.get_running_loop().sock_connect(opened, place)
        except OSError as refused:
            opened.close()
            error = refused
        except BaseException:
            opened.close()
            raise
        else:
            return await _encrypted(opened, address) if address.tls else opened
    raise BrokerError(
        f"no broker answers at {address}: {error.strerror if error else 'no address'}",
        hint="is it running, and is its port right?",
    ) from error


def _tune(opened: socket.socket) -> None:
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_MS)


async def _outside(address: Address) -> socket.socket:
    to = Destination("mqtts", address.host, address.port)
    try:
        opened = await connected(to, address.guard)
    except OutgoingRefused as error:
        raise BrokerError(error.message, hint=error.hint) from error
    _tune(opened)
    return opened


async def _resolved(address: Address) -> Sequence[Info]:
    def look() -> Sequence[Info]:
        return socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)

    try:
        return await aside(look, "resolver")
    except (OSError, UnicodeError) as error:
        raise BrokerError(
            f"the broker's name {address.host} is not known",
            hint="check mqtt.url; an address of digits needs no name",
        ) from error


async def _encrypted(plain: socket.socket, address: Address) -> ssl.SSLSocket:
    try:
        context = await asyncio.to_thread(_context, address)
        wrapped = context.wrap_socket(
            plain, server_hostname=address.host, do_handshake_on_connect=False
        )
    except BaseException:
        plain.close()
        raise
    loop = asyncio.get_running_loop()
    try:
        while True:
            try:
                wrapped.do_handshake()
            except ssl.SSLWantReadError:
                await _ready(wrapped, loop.add_reader, loop.remove_reader)
            except ssl.SSLWantWriteError:
                await _ready(wrapped, loop.add_writer, loop.remove_writer)
            else:
                _pinned(wrapped, address)
                return wrapped
    except OSError as error:
        wrapped.close()
        raise _tls_error(address, error) from error
    except BaseException:
        wrapped.close()
        raise


def _pinned(wrapped: ssl.SSLSocket, address: Address) -> None:
    """Raise BrokerError on another certificate than the one that is pinned, if any."""
    if address.fingerprint is None:
        return
    shown = hashlib.sha256(wrapped.getpeercert(binary_form=True) or b"").hexdigest()
    if not hmac.compare_digest(shown, address.fingerprint):
        raise BrokerError(
            f"{address} shows another certificate than the one that is pinned",
            hint=f"ask who runs it; its SHA-256 is {shown}",
        )


def _context(address: Address) -> ssl.SSLContext:
    if address.fingerprint is not None:
        # whoever signed it, whatever its names and dates say: it is that one, or none
        pinned = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        pinned.check_hostname, pinned.verify_mode = False, ssl.CERT_NONE
        return pinned
    try:
        return ssl.create_default_context(cafile=address.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise BrokerError(
            f"{address.ca_key} {address.ca_file} can't be used:"
            f" {error.strerror or error}",
            hint="it must hold certificates in PEM, readable by the service's user",
        ) from error


async def _ready(
    opened: socket.socket, add: Callable[..., None], remove: Callable[[int], bool]
) -> None:
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    number = opened.fileno()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    add(number, wake)
    try:
        await ready
    finally:
        remove(number)


def _tls_error(address: Address, error: OSError) -> BrokerError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return BrokerError(
            f"the certificate of {address} is not to be trusted: "
            f"{error.verify_message}",
            hint=f"set {address.ca_key} to the certificate of who signed it",
        )
    why = error.reason if isinstance(error, ssl.SSLError) else error.strerror
    return BrokerError(
        f"no encrypted connection to {address}: {why or error}",
        hint="is it a TLS port? Without TLS the address begins with mqtt://",
    )
