"""One live stream: server-sent events, resumed where the client had come to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.door import Grant
from api.errors import Problem
from api.feed import Feed, when
from api.ring import Entry
from edge.consent.terms import Channel

RETRY = b"retry: 2000\n\n"
KEEP_ALIVE = b": still here\n\n"
KEEP_ALIVE_TEXT = "text/event-stream"


def ended() -> Problem:
    """Give what becomes of who was let in by what is good no more."""
    return Problem("credential-needed", "this credential has ended")


class LiveStream(Response):
    """Sends what the feed has for one client until either goes."""

    def __init__(  # noqa: PLR0913 - a stream is told these
        self,
        feed: Feed,
        grant: Grant,
        *,
        meter: str | None,
        last_id: str | None,
        now_ms: int,
        keep_alive_s: float,
        stands: Callable[[], bool],
    ) -> None:
        super().__init__(media_type=KEEP_ALIVE_TEXT)
        del self.headers["content-length"]  # a stream has no length
        self.headers["X-Accel-Buffering"] = "no"  # a proxy must not hold events back
        self._feed = feed
        self._ring = feed.of(grant)
        self._grant = grant
        self._meter = meter
        self._last_id = last_id
        self._now_ms = now_ms
        self._keep_alive_s = keep_alive_s
        self._stands = stands
        self._wake = asyncio.Event()
        self._gone = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream; return when the client has gone or the service stops.

        Raises Problem when the grant has changed, or what let the owner in has ended:
        the line is cut, with what waits.
        """
        del scope
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        watcher = asyncio.create_task(self._watch(receive))
        self._ring.listen(self._wake)
        try:
            async for wire in self._wires():
                await send(
                    {"type": "http.response.body", "body": wire, "more_body": True}
                )
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._ring.leave(self._wake)
            watcher.cancel()

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._wake.set()

    async def _wires(self) -> AsyncIterator[bytes]:
        opening, place = self._open()
        yield RETRY + opening
        last_ms = self._now_ms
        loop = asyncio.get_running_loop()
        due_s = loop.time() + self._keep_alive_s
        while not (self._gone or self._feed.closed):
            self._feed.door.check(self._grant)
            if not self._stands():
                raise ended()
            self._wake.clear()
            if loop.time() >= due_s:
                # at fixed times: when it comes must tell of nothing else
                due_s += self._keep_alive_s
                yield KEEP_ALIVE
                continue
            entries = self._ring.since(place)
            if entries is None:
                oldest = self._ring.oldest
                place = oldest.number if oldest else self._ring.end
                until_ms = oldest.at_ms if oldest else last_ms
                yield self._feed.gap(last_ms, until_ms)
                continue
            place = self._ring.end
            if entries:
                last_ms = entries[-1].at_ms
                wire = self._joined(entries)
                if wire:
                    yield wire
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due_s):
                    await self._wake.wait()

    def _open(self) -> tuple[bytes, int]:
        """Give the first events, and the place in the feed from which to go on."""
        at_ms = None if self._last_id is None else when(self._last_id)
        if self._last_id is None or at_ms is None:
            return self._latest(), self._ring.end
        place = self._ring.place_after(self._last_id)
        if place is not None:
            return b"", place
        oldest = self._ring.oldest
        if oldest is None:
            gap = self._feed.gap(at_ms, max(at_ms, self._now_ms))
            return gap + self._latest(), self._ring.end
        # Not in the ring: what came between is lost to the stream, what is in the ring
        # is sent again from its start (at least once, never not at all).
        return self._feed.gap(at_ms, max(at_ms, oldest.at_ms)), oldest.number

    def _latest(self) -> bytes:
        wire = b""
        for item in self._feed.latest(self._grant):
            if self._wanted(item.meter):
                self._feed.door.note_live(self._grant, item, Channel.SSE)
                wire += self._feed.write(item)
        return wire

    def _joined(self, entries: list[Entry]) -> bytes:
        wire = b""
        for entry in entries:
            if self._wanted(entry.meter):
                if entry.item is not None:
                    self._feed.door.note_live(self._grant, entry.item, Channel.SSE)
                wire += self._feed.wire(entry)
        return wire

    def _wanted(self, meter: str | None) -> bool:
        return self._meter is None or meter is None or meter == self._meter
