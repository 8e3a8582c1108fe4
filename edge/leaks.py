"""Water that never stops: told once when it is noticed, once when it has stopped.

As meters with a leak flag do it (wM-Bus: LEAK, "no flow of zero in 24 hours"): people
sleep, go out, and close their taps; a leak has no pause. Whoever runs a tap for shorter
than the window is never taken for one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from edge.bus import Bus
from edge.event import Event, EventKind
from edge.sample import Sample, Value

REGISTER = "water_volume_l"
PAUSES = 12
"""A pause is a twelfth of the window: in a day, two hours in which no litre flows."""
LOOK_S = 5.0
MS_A_MIN = 60_000


@dataclass(slots=True)
class Flowing:
    """One meter's water: since when it flows, when it last did; pure.

    An index of whole litres stands between two of them: it flows as long as the next
    comes within a pause.
    """

    meter: str
    window_ms: int
    leaking: bool = False
    _index_l: int | None = None
    _since_ms: int = 0
    _last_ms: int = 0
    _since_l: int = 0

    def take(self, sample: Sample) -> Event | None:
        """Judge one sample; give an event when a leak begins or has ended."""
        index = sample.values.get(REGISTER)
        if not isinstance(index, int):
            return None
        before, self._index_l = self._index_l, index
        at_ms, pause_ms = sample.at_ms, self.window_ms // PAUSES
        if before is None or index < before:  # the first word, or another count
            self._begin(at_ms, index)
            return self._stopped(at_ms)
        if at_ms - self._last_ms > pause_ms:
            self._begin(at_ms, index)
            return self._stopped(at_ms)
        if index == before:
            return None
        self._last_ms = at_ms
        lasted_ms = at_ms - self._since_ms
        if self.leaking or lasted_ms < self.window_ms:
            return None
        self.leaking = True
        litres = index - self._since_l
        detail: dict[str, Value] = {
            "state": "start",
            "litres": litres,
            "minutes": lasted_ms // MS_A_MIN,
            "flow_l_h": litres * 3_600_000 // lasted_ms,
        }
        return Event(self.meter, at_ms, EventKind.LEAK, detail)

    def _begin(self, at_ms: int, index_l: int) -> None:
        self._since_ms = self._last_ms = at_ms
        self._since_l = index_l

    def _stopped(self, at_ms: int) -> Event | None:
        if not self.leaking:
            return None
        self.leaking = False
        return Event(self.meter, at_ms, EventKind.LEAK, {"state": "end"})


@dataclass(slots=True)
class Leaks:
    """Watches the water meters on the bus; `windows_ms` has each one's patience."""

    bus: Bus
    windows_ms: Mapping[str, int]
    tell: Callable[[Event], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _flowing: dict[str, Flowing] = field(default_factory=dict)

    async def run(self) -> None:
        """Look at every meter each few seconds."""
        while True:
            self.look()
            await self.sleep(LOOK_S)

    def look(self) -> None:
        """Judge what each meter last said."""
        for meter, window in self.windows_ms.items():
            sample = self.bus.latest.get(meter)
            if sample is None:
                continue
            flowing = self._flowing.setdefault(meter, Flowing(meter, window))
            event = flowing.take(sample)
            if event is not None:
                self.tell(event)
