"""One HTTP connection: uvicorn's, with the patience that a Pi can afford.

A client that sends its request too slowly, or does not read its answer, is cut; a
peer has so many connections and no more; what is not HTTP gets a problem detail.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from contextlib import suppress
from functools import partial
from typing import Any

import h11
import orjson
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.errors import Problem
from api.guard import ABORT, FACE, peer_of
from api.limits import Limits
from api.problems import KINDS, MEDIA_TYPE, document
from api.running import LINE, Line

OUR_PART = 4
"""One place in so many is for the programs of this machine, whoever else comes."""


class Connection(H11Protocol):
    """A connection whose every wait has an end; `limits` is set by the server."""

    limits: Limits = Limits()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self.peer = "local"
        self.line: Line | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Admit a connection, or cut it when its peer or everyone has too many."""
        super().connection_made(transport)
        self.peer = peer_of({"client": self.client})
        mine = sum(
            getattr(other, "peer", "") == self.peer for other in self.connections
        )
        most = self.limits.connections
        if not is_here(self.peer):
            most -= most // OUR_PART
        if len(self.connections) > most or mine > self.limits.connections_per_peer:
            transport.abort()
            return
        _user_timeout(transport, self.limits.stall_s)
        self.line = Line(partial(_reset, transport))
        self.app = _with_line(self.app, self.line)
        self._expect_request()

    def data_received(self, data: bytes) -> None:
        """Take bytes; the clock of a request stops once its head is whole."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_request_timer()
        elif self._request_timer is None:
            self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop_request_timer()
        self._stop_stall_timer()
        if self.line is not None:
            self.line.close()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Start to lose patience: the client does not read."""
        super().pause_writing()
        self._stall_timer = self.loop.call_later(
            self.limits.stall_s, self.transport.abort
        )

    def resume_writing(self) -> None:
        """Be patient again: the client reads."""
        self._stop_stall_timer()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP with a problem detail, and close."""
        error = sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1]
        too_large = getattr(error, "error_status_hint", 400) == 431
        problem = (
            Problem(
                "headers-too-large",
                f"a request's head has at most {self.limits.header_bytes} bytes",
            )
            if too_large
            else Problem("malformed-request", "send a request of HTTP/1.1")
        )
        body = orjson.dumps(document(problem, ""), option=orjson.OPT_APPEND_NEWLINE)
        headers = {
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            "connection": "close",
            "cache-control": "no-store",
            **{name.lower(): value for name, value in FACE.items()},
        }
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            status = KINDS[problem.kind][0]
            for event in (
                h11.Response(status_code=status, headers=list(headers.items())),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        del msg
        self.transport.close()

    def _expect_request(self) -> None:
        self._request_timer = self.loop.call_later(
            self.limits.request_s, self.transport.abort
        )

    def _stop_request_timer(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _stop_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


def is_here(peer: str) -> bool:
    """Tell whether a peer, as `peer_of` names it, is a program of this machine."""
    return peer in ("local", "::") or peer.startswith("127.")


def _with_line(app: Any, line: Line) -> ASGIApp:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {}).update({ABORT: line.reset, LINE: line})
        await app(scope, receive, send)

    return wrapped


def _reset(transport: asyncio.Transport) -> None:
    """Cut a connection so that what waits in the kernel is not sent either (RFC 9293).

    Closed without lingering, it is reset: the peer gets no byte more, and knows.
    """
    connected = transport.get_extra_info("socket")
    if connected is not None:
        with suppress(OSError):
            off = struct.pack("ii", 1, 0)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, off)
    transport.abort()


def _user_timeout(transport: asyncio.Transport, seconds: float) -> None:
    """Let the kernel cut a peer that acknowledges nothing for so long (tcp(7))."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    connected = transport.get_extra_info("socket")
    if option is not None and connected.family in (socket.AF_INET, socket.AF_INET6):
        connected.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 2000))
