"""Serve the API inside the service's own event loop (uvicorn, without its signals)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import AF_UNIX, socket
from ssl import SSLContext

from fastapi import FastAPI
from uvicorn import Config, Server

from api.connection import Connection
from api.errors import ListenError
from api.handshake import Handshakes
from api.home import Home
from api.limits import Limits
from api.listen import BACKLOG, UNIX_PREFIX, open_sockets

log = logging.getLogger(__name__)

TICK_S = 1.0
GRACE_S = 0.5
"""How long an answer under way may take to end when the service stops."""


@dataclass(frozen=True, slots=True)
class Secure:
    """Where other machines come in, and what TLS is spoken by there."""

    listen: str
    context: SSLContext


async def serve(
    app: FastAPI,
    listen: str,
    stop: asyncio.Event,
    *,
    secure: Secure | None = None,
    ready: asyncio.Future[list[str]] | None = None,
) -> None:
    """Serve until `stop` is set; then end streams at once and the rest within 1 s.

    `listen` is "host:port", "[v6]:port" or "unix:/path". Raises ListenError when it
    can't be listened at; where `secure` can't be, this machine is served all the same.
    `ready` gets the addresses that it listens at, `listen` first: port 0 is any free
    one.
    """
    home: Home = app.state.home
    sockets = open_sockets(listen)
    others = [] if secure is None else _others(secure)
    names = [name_of(bound) for bound in (*sockets, *others)]
    server = _Server(_config(app, home.deps.limits), stop, home)
    if secure is not None:
        server.let_in(others, secure.context)
    log.info("the API listens at %s", ", ".join(names))
    if ready is not None:
        ready.set_result(names)
    following = asyncio.create_task(home.feed.run())
    noting = asyncio.create_task(home.door.write())
    try:
        await server.serve(sockets=sockets)
    finally:
        following.cancel()
        noting.cancel()
        home.feed.close()
        server.cut()
        # The store may close once nobody reads in it.
        await home.rows.close(GRACE_S)
        for bound in (*sockets, *others):
            bound.close()
        remove(names)
        with contextlib.suppress(asyncio.CancelledError):
            await following
        with contextlib.suppress(asyncio.CancelledError):
            await noting


def _others(secure: Secure) -> list[socket]:
    try:
        return open_sockets(secure.listen)
    except ListenError as error:
        log.error("the network is not let in: %s", error)  # noqa: TRY400 - its sentence says it all
        return []


def remove(names: list[str]) -> None:
    """Remove the files that Unix sockets leave."""
    for name in names:
        if name.startswith(UNIX_PREFIX):
            Path(name.removeprefix(UNIX_PREFIX)).unlink(missing_ok=True)


def name_of(bound: socket) -> str:
    """Give where a socket listens, as `listen` would be written."""
    address = bound.getsockname()
    if bound.family == AF_UNIX:
        return f"{UNIX_PREFIX}{address}"
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"{host}:{address[1]}"


def _config(app: FastAPI, limits: Limits) -> Config:
    return Config(
        app,
        http=type("Connection", (Connection,), {"limits": limits}),
        loop="asyncio",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # a forwarded address is a claim: limits go by the peer
        server_header=False,
        timeout_keep_alive=int(limits.keep_alive_s),
        h11_max_incomplete_event_size=limits.header_bytes,
    )


class _Server(Server):
    """A uvicorn that takes no signals and stops by our event."""

    def __init__(self, config: Config, stop: asyncio.Event, home: Home) -> None:
        super().__init__(config)
        self._stop = stop
        self._home = home
        self._others: list[socket] = []
        self._handshakes: Handshakes | None = None

    def let_in(self, sockets: list[socket], context: SSLContext) -> None:
        """Take connections by TLS at these sockets as well."""
        self._others = sockets
        self._handshakes = Handshakes(context, self._speaker)

    def _speaker(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        return made

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen at the sockets, and at those where TLS is spoken."""
        await super().startup(sockets=sockets)
        loop = asyncio.get_running_loop()
        for bound in self._others:
            assert self._handshakes is not None  # noqa: S101 - given with the sockets
            begin = self._handshakes.begin
            self.servers.append(
                await loop.create_server(begin, sock=bound, backlog=BACKLOG)
            )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signals to the service."""
        yield

    async def main_loop(self) -> None:
        """Renew the Date header each second until stopped."""
        while not self._stop.is_set():
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._stop.wait()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Take no one new, end the streams, let answers end shortly, cut the rest."""
        for server in self.servers:
            server.close()
        for bound in (*(sockets or []), *self._others):
            bound.close()
        self._home.feed.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(set(self.server_state.tasks), timeout=GRACE_S)
        self.cut()
        for task in list(self.server_state.tasks):
            task.cancel()
        if self.server_state.tasks:
            await asyncio.wait(set(self.server_state.tasks), timeout=GRACE_S / 2)

    def cut(self) -> None:
        """Cut what is still connected."""
        if self._handshakes is not None:
            self._handshakes.cut()
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
