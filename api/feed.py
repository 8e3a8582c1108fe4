"""The live feed: what came in the last minutes, and what each reader may have of it.

The owner's streams share one ring, in which each item is written once. A service's
streams share a ring that is made of its own items alone, so that neither places, nor
gaps, nor how far back it goes tell of what it may not see.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from time import monotonic

import orjson

from api.door import Door, Grant, Owner
from api.instants import Civil
from api.problems import shown
from api.ring import Entry, Ring, identity
from edge.bus import Bus, Live
from edge.consent import records
from edge.registers import CATALOGUE
from edge.sample import Sample
from edge.threads import on_loop

CAPACITY = 1024
GAP_ADVICE = "ask /api/v1/meters/{meter}/registers/{register} for this span"


def when(identity_: str) -> int | None:
    """Give the instant in ms that an id speaks of, None when it is none of ours."""
    parts = identity_.split(":")
    if len(parts) not in (2, 3) or not (parts[1].isascii() and parts[1].isdigit()):
        return None
    return int(parts[1]) if len(parts[1]) <= 15 else None


class View(Ring):
    """What one service may be told, while its grant is what it was."""

    def __init__(
        self,
        grant: records.Grant,
        limits: tuple[float, int],
        clock_s: Callable[[], float],
    ) -> None:
        super().__init__(*limits, clock_s)
        self.grant = grant
        self._left_s = clock_s()

    def leave(self, wake: asyncio.Event) -> None:
        """Stop setting `wake`; note when nobody streams any more."""
        super().leave(wake)
        self._left_s = self._clock_s()

    @property
    def idle(self) -> bool:
        """Tell whether nobody has streamed for as long as a ring goes back."""
        return not self._wakes and self._clock_s() - self._left_s > self._ring_s


class Feed(Ring):
    """Listens to the bus; is itself the owner's ring."""

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        bus: Bus,
        civil: Civil,
        *,
        ring_s: float,
        ring_entries: int,
        clock_s: Callable[[], float] = monotonic,
        door: Door | None = None,
    ) -> None:
        super().__init__(ring_s, ring_entries, clock_s)
        self._bus = bus
        self._civil = civil
        self._limits = (ring_s, ring_entries)
        self.door = door or Door(civil.zone, {})
        self._views: dict[str, View] = {}
        self.closed = False

    async def run(self) -> None:
        """Follow the bus until cancelled."""
        loop = asyncio.get_running_loop()
        if self.door.consents is not None:
            self.door.consents.listen(
                lambda services: on_loop(loop, self.turn, services)
            )
        # a service's items are picked out as they come: in a queue that all share,
        # those it may not see would push out its own
        with (
            self._bus.listen(self.tell),
            self._bus.subscribe(CAPACITY) as subscription,
        ):
            lost = 0
            async for item in subscription:
                if subscription.lost > lost:
                    lost = subscription.lost
                    since_ms = self._ring[-1].at_ms if self._ring else item.at_ms
                    self.keep(item.at_ms, wire=self.gap(since_ms, item.at_ms))
                self.keep(item.at_ms, item)

    def add(self, item: Live) -> None:
        """Keep an item for whoever may see it, and wake their streams."""
        self.keep(item.at_ms, item)
        self.tell(item)

    def tell(self, item: Live) -> None:
        """Keep an item for the services that may see it."""
        for service, view in list(self._views.items()):
            if view.idle or not self.door.holds(view.grant):
                del self._views[service]
                view.wake()
                continue
            told = self.door.live(view.grant, item)
            if told is not None:
                view.keep(told.at_ms, told)

    def turn(self, services: frozenset[str]) -> None:
        """Have the streams of services look at what they hold now."""
        for service in services & self._views.keys():
            self._views[service].wake()

    def close(self) -> None:
        """End every stream, now."""
        self.closed = True
        for ring in (self, *self._views.values()):
            ring.wake()

    def of(self, grant: Grant) -> Ring:
        """Give the ring of who asks; a service's begins with its first stream."""
        if isinstance(grant, Owner):
            return self
        view = self._views.get(grant.service)
        if view is None or view.idle or view.grant != grant:
            view = self._views[grant.service] = View(grant, self._limits, self._clock_s)
        view.forget()
        return view

    def latest(self, grant: Grant) -> Iterator[Live]:
        """Give what may be seen of the last sample of each meter."""
        for sample in self._bus.latest.values():
            told = self.door.live(grant, sample)
            if told is not None:
                yield told

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


def event(name: str, data: dict[str, object], id_: str | None = None) -> bytes:
    """Write one server-sent event; JSON has no line break, so `data` is one line."""
    lines = b"" if id_ is None else f"id: {shown(id_, 128)}\n".encode()
    return lines + f"event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"
