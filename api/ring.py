"""A ring: what one kind of reader may be told, of the last minutes, in order.

Streams hold places in it, so a slow stream costs nothing and harms nobody; when its
place has fallen off, it is told so by a gap. Age is counted from arrival: a meter whose
clock is off can't empty it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from edge.bus import Live
from edge.sample import Sample


@dataclass(slots=True)
class Entry:
    """One item of a ring; `meter` None is for every stream.

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


class Ring:
    """The last `ring_s` of what came, at most `ring_entries`."""

    def __init__(
        self, ring_s: float, ring_entries: int, clock_s: Callable[[], float]
    ) -> None:
        self._ring_s = ring_s
        self._clock_s = clock_s
        self._ring: deque[Entry] = deque(maxlen=ring_entries)
        self._next = 0
        self._wakes: set[asyncio.Event] = set()

    @property
    def end(self) -> int:
        """Give the place after the newest item."""
        return self._next

    @property
    def oldest(self) -> Entry | None:
        """Give the oldest item that can still be replayed."""
        return self._ring[0] if self._ring else None

    def listen(self, wake: asyncio.Event) -> None:
        """Set `wake` whenever something comes, until `leave`."""
        self._wakes.add(wake)

    def leave(self, wake: asyncio.Event) -> None:
        """Stop setting `wake`."""
        self._wakes.discard(wake)

    def wake(self) -> None:
        """Have every stream look."""
        for wake in self._wakes:
            wake.set()

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

    def keep(
        self, at_ms: int, item: Live | None = None, wire: bytes | None = None
    ) -> None:
        """Keep an item, or what is written of none, and wake every stream."""
        self._ring.append(
            Entry(
                number=self._next,
                arrived_s=self._clock_s(),
                at_ms=at_ms,
                id=None if item is None else identity(item),
                meter=None if item is None else item.meter,
                item=item,
                wire=wire,
            )
        )
        self._next += 1
        self.forget()
        self.wake()

    def forget(self) -> None:
        """Let go of what is too old."""
        oldest_s = self._clock_s() - self._ring_s
        while self._ring and self._ring[0].arrived_s < oldest_s:
            self._ring.popleft()
