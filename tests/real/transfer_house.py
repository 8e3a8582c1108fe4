"""A home that receives by TLS at a port of its own, one that sends, and between."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from api.app import create_app
from api.deps import Deps
from api.server import Secure, serve
from edge.bus import Bus
from edge.health import HealthReport
from edge.lan.certificates import Certificates
from edge.outgoing.places import Guard
from edge.transfer.parcel import Parcel
from edge.transfer.parcels import Parcels
from edge.transfer.sending import Sending

EDGE = Path(__file__).parents[1] / "edge"
sys.path.append(str(EDGE / "transfer"))  # tests are no package

from transfer_home import NAMES, NOW_MS, Receiver, announced, sealed  # noqa: E402 - same

__all__ = ["NOW_MS", "Receiver", "announced", "sealed"]

HERE = Guard(judge=lambda _ip: None)
"""The other home of a test is this machine, which no destination may be."""


@asynccontextmanager
async def listening(receiver):
    """Serve a receiver's API by TLS; give the port."""
    deps = Deps(
        reads=None,
        bus=Bus(),
        health=lambda: HealthReport(NOW_MS, ()),
        meters=(),
        zone=ZoneInfo("Europe/Paris"),
        token="t" * 43,
        transfers=receiver.receiving,
    )
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    secure = Secure("127.0.0.1:0", receiver.certificates.context())
    serving = asyncio.create_task(
        serve(create_app(deps), "127.0.0.1:0", stop, secure=secure, ready=ready)
    )
    try:
        yield int((await ready)[1].rpartition(":")[2])
    finally:
        stop.set()
        await serving


class Sender:
    """A home that sends; what is told on the way is noted."""

    def __init__(self, directory, **more):
        directory.mkdir(mode=0o700)
        self.told = []
        self.parcels = Parcels(directory, lambda: NOW_MS)
        self.sending = Sending(
            self.parcels,
            HERE,
            lambda step, part: self.told.append((step, round(part, 3))),
            **{"again_s": 0.01, "patience_s": 20.0} | more,
        )

    def ready(self, code, port, pack, profile="home"):
        self.parcels.room(code.id).write_bytes(pack)
        said = announced(pack, profile)
        url = f"https://127.0.0.1:{port}"
        parcel = Parcel(code.id, url, NOW_MS, NOW_MS, said, code.letters)
        self.parcels.keep(parcel)
        return parcel


class Listener:
    """Whoever listens at a port: each connection is a task, ended with it."""

    context: ssl.SSLContext | None = None

    async def __aenter__(self):
        self._tasks = set()
        self.server = await asyncio.start_server(
            self._begin, "127.0.0.1", 0, ssl=self.context
        )
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()
        for one in self._tasks:
            one.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.server.wait_closed()

    def _begin(self, reader, writer):
        self._tasks.add(asyncio.create_task(self._ended(reader, writer)))

    async def _ended(self, reader, writer):
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self.served(reader, writer)
        finally:
            writer.transport.abort()


class Between(Listener):
    """Somebody in between, who passes bytes on, or ends TLS by a certificate of theirs.

    `cut_after` ends each connection after so many bytes of the sender's.
    """

    def __init__(self, to, *, cut_after=None, cuts=0):
        self.to, self.cut_after, self.cuts = to, cut_after, cuts
        self.heard = bytearray()

    def ends_tls(self, directory):
        directory.mkdir()
        self.context = Certificates.open(directory, NAMES, datetime.now(UTC)).context()
        return self

    async def served(self, reader, writer):
        trusts = None
        if self.context is not None:
            trusts = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            trusts.check_hostname, trusts.verify_mode = False, ssl.CERT_NONE
        there, back = await asyncio.open_connection("127.0.0.1", self.to, ssl=trusts)
        ways = [self._up(reader, back), self._down(there, writer)]
        both = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            back.transport.abort()

    async def _up(self, reader, writer):
        passed = 0
        while data := await reader.read(1 << 16):
            self.heard += data
            passed += len(data)
            if self.cuts and self.cut_after is not None and passed > self.cut_after:
                self.cuts -= 1
                return
            writer.write(data)
            await writer.drain()

    async def _down(self, reader, writer):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()


class Liar(Listener):
    """A server by TLS with a certificate of ours, that answers what it is told to.

    `answers` are given one a request, the last again and again: (status, body, heads).
    """

    def __init__(self, receiver, *answers):
        self.context, self.answers = receiver.certificates.context(), list(answers)
        self.asked = []

    async def served(self, reader, writer):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(head.lower().partition("content-length: ")[2].split()[0])
            body = await reader.readexactly(length)
            path = head.split()[1]
            self.asked.append((path, body))
            answer = self.answers.pop(0) if self.answers[1:] else self.answers[0]
            if callable(answer):
                answer = answer(path, body)
            await _answer(writer, *answer)


async def _answer(writer, status, body, heads=""):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    length = "" if "Transfer-Encoding" in heads else f"Content-Length: {len(data)}\r\n"
    writer.write(f"HTTP/1.1 {status} X\r\n{length}{heads}\r\n".encode() + data)
    await writer.drain()
