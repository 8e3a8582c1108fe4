"""TLS before HTTP: a handshake has a place and a deadline before HTTP is spoken.

asyncio's own TLS server makes a connection known once its handshake is over: whoever
opens connections and says nothing would hold descriptors that nobody counts.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

from api.guard import peer_of

HANDSHAKE_S = 5.0
AT_ONCE = 32
AT_ONCE_PER_PEER = 8
"""Handshakes under way: a browser opens six connections at a time."""


class Handshakes:
    """The handshakes under way at one server; `protocol` makes what speaks after."""

    def __init__(
        self, context: ssl.SSLContext, protocol: Callable[[], asyncio.Protocol]
    ) -> None:
        self._context, self._protocol = context, protocol
        self._under_way: set[Handshake] = set()

    def begin(self) -> Handshake:
        """Give what takes one connection that was accepted."""
        return Handshake(self)

    def admit(self, one: Handshake) -> bool:
        """Give a handshake its place; tell whether there was one."""
        mine = sum(other.peer == one.peer for other in self._under_way)
        if len(self._under_way) >= AT_ONCE or mine >= AT_ONCE_PER_PEER:
            return False
        self._under_way.add(one)
        return True

    async def secure(self, one: Handshake, transport: asyncio.Transport) -> None:
        """Do the handshake, and hand the connection to what speaks HTTP; or cut it."""
        loop = asyncio.get_running_loop()
        early = Early()
        try:
            secured = await loop.start_tls(
                transport,
                early,
                self._context,
                server_side=True,
                ssl_handshake_timeout=HANDSHAKE_S,
                ssl_shutdown_timeout=1.0,
            )
        except OSError:  # what is no TLS, too old, too slow, or gone: SSLError is one
            transport.abort()
            return
        finally:
            self._under_way.discard(one)
        if secured is not None:  # else it went away as the handshake ended
            early.hand_over(secured, self._protocol())

    def cut(self) -> None:
        """End those under way."""
        for one in list(self._under_way):
            one.cut()


class Handshake(asyncio.Protocol):
    """One connection that was accepted and has not shown its TLS yet."""

    def __init__(self, all_of_them: Handshakes) -> None:
        self._all = all_of_them
        self._task: asyncio.Task[None] | None = None
        self.peer = "local"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or cut it when too many are under way."""
        plain = cast("asyncio.Transport", transport)
        # nothing is read before the handshake reads it
        plain.pause_reading()
        self.peer = peer_of({"client": plain.get_extra_info("peername")})
        if self._all.admit(self):
            self._task = asyncio.ensure_future(self._all.secure(self, plain))
        else:
            plain.abort()

    def cut(self) -> None:
        """End it."""
        if self._task is not None:
            self._task.cancel()


class Early(asyncio.Protocol):
    """Keeps what comes right behind a handshake, for what will speak HTTP."""

    def __init__(self) -> None:
        self._came: list[bytes] = []
        self._ended = False
        self._lost: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        """Keep what came."""
        self._came.append(data)

    def eof_received(self) -> None:
        """Keep that no more comes."""
        self._ended = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Keep that it is over."""
        self._lost.append(exc)

    def hand_over(
        self, transport: asyncio.Transport, protocol: asyncio.Protocol
    ) -> None:
        """Have a protocol go on, with what came so far."""
        if self._lost:
            transport.abort()
            return
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        for data in self._came:
            protocol.data_received(data)
        if self._ended:
            protocol.eof_received()
