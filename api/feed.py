"""The live feed: what came in the last minutes, each item written once for everyone.

The ring is the only buffer: a stream holds a place in it, so a slow stream costs
nothing and harms nobody; when its place has fallen off, it is told so by a gap.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from time import monotonic

import orjson

from api.instants import Civil
from api.problems import shown
from edge.bus import Bus, Live
from edge.registers import CATALOGUE
from edge.sample import Sample

CAPACITY = 1024
GAP_ADVICE = "ask /api/v1/meters/{meter}/registers/{register} for this span"


@dataclass(slots=True)
class Entry:
    """One item of the feed; `meter` None is for every stream.

    `wire` is written when the first stream wants it, then kept for the others: a
    replay at full speed with nobody listening pays for none.
    """

    number: int
    arrived_s: float
    at_ms: int
    id: str | None
    meter: str | None
    item: Live | None
    wire: bytes | None


def identity(item: Live) -> str:
    """Give an item's id, which holds across restarts: meter, instant, kind of event."""
    base = f"{item.meter}:{item.at_ms}"
    return base if isinstance(item, Sample) else f"{base}:{item.kind}"


def when(identity_: str) -> int | None:
    """Give the instant in ms that an id speaks of, None when it is none of ours."""
    parts = identity_.split(":")
    if len(parts) not in (2, 3) or not (parts[1].isascii() and parts[1].isdigit()):
        return None
    return int(parts[1]) if len(parts[1]) <= 15 else None


class Feed:
    """Listens to the bus and keeps the last `ring_s`, at most `ring_entries`.

    Age is counted from arrival: a meter whose clock is off can't empty the ring.
    """

    def __init__(
        self,
        bus: Bus,
        civil: Civil,
        *,
        ring_s: float,
        ring_entries: int,
        clock_s: Callable[[], float] = monotonic,
    ) -> None:
        self._bus = bus
        self._civil = civil
        self._ring_s = ring_s
        self._clock_s = clock_s
        self._ring: deque[Entry] = deque(maxlen=ring_entries)
        self._next = 0
        self._wakes: set[asyncio.Event] = set()
        self.closed = False

    async def run(self) -> None:
        """Follow the bus until cancelled."""
        with self._bus.subscribe(CAPACITY) as subscription:
            lost = 0
            async for item in subscription:
                if subscription.lost > lost:
                    lost = subscription.lost
                    since_ms = self._ring[-1].at_ms if self._ring else item.at_ms
                    gap = self.gap(since_ms, item.at_ms)
                    self._keep(item.at_ms, wire=gap)
                self.add(item)

    def add(self, item: Live) -> None:
        """Keep an item and wake every stream."""
        self._keep(item.at_ms, item)

    def close(self) -> None:
        """End every stream, now."""
        self.closed = True
        for wake in self._wakes:
            wake.set()

    @property
    def end(self) -> int:
        """Give the place after the newest item."""
        return self._next

    def listen(self, wake: asyncio.Event) -> None:
        """Set `wake` whenever something comes, until `leave`."""
        self._wakes.add(wake)

    def leave(self, wake: asyncio.Event) -> None:
        """Stop setting `wake`."""
        self._wakes.discard(wake)

    def since(self, place: int) -> list[Entry] | None:
        """Give what came from a place on; None when it has fallen off the ring."""
        if not self._ring or place >= self._next:
            return []
        first = self._ring[0].number
        if place < first:
            return None
        return list(islice(self._ring, place - first, None))

    def place_after(self, identity_: str) -> int | None:
        """Give the place after the item of an id, None when the ring has it not."""
        for entry in self._ring:
            if entry.id == identity_:
                return entry.number + 1
        return None

    @property
    def oldest(self) -> Entry | None:
        """Give the oldest item that can still be replayed."""
        return self._ring[0] if self._ring else None

    def latest(self) -> Iterator[Sample]:
        """Give the last sample of each meter."""
        yield from self._bus.latest.values()

    def wire(self, entry: Entry) -> bytes:
        """Give an entry as it is sent."""
        if entry.wire is None:
            entry.wire = b"" if entry.item is None else self.write(entry.item)
        return entry.wire

    def write(self, item: Live) -> bytes:
        """Write an item as a server-sent event."""
        data: dict[str, object] = {
            "at": self._civil.text(item.at_ms),
            "meter": item.meter,
        }
        if isinstance(item, Sample):
            name = "sample"
            data |= {
                "quality": item.quality,
                "origin": item.origin,
                "values": CATALOGUE.ordered(item.values),
            }
        else:
            name = "event"
            data |= {"kind": item.kind, "detail": dict(item.detail)}
        return event(name, data, identity(item))

    def gap(self, since_ms: int, until_ms: int) -> bytes:
        """Write that [since, until) was missed, and where to ask for it."""
        return event(
            "gap",
            {
                "from": self._civil.text(min(since_ms, until_ms)),
                "to": self._civil.text(until_ms),
                "detail": GAP_ADVICE,
            },
        )

    def _keep(
        self, at_ms: int, item: Live | None = None, wire: bytes | None = None
    ) -> None:
        now_s = self._clock_s()
        self._ring.append(
            Entry(
                number=self._next,
                arrived_s=now_s,
                at_ms=at_ms,
                id=None if item is None else identity(item),
                meter=None if item is None else item.meter,
                item=item,
                wire=wire,
            )
        )
        self._next += 1
        while self._ring[0].arrived_s < now_s - self._ring_s:
            self._ring.popleft()
        for wake in self._wakes:
            wake.set()


def event(name: str, data: dict[str, object], id_: str | None = None) -> bytes:
    """Write one server-sent event; JSON has no line break, so `data` is one line."""
    lines = b"" if id_ is None else f"id: {shown(id_, 128)}\n".encode()
    return lines + f"event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"
