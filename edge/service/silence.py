"""A meter that says nothing: told once when it falls silent, once when it speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from edge.bus import Bus
from edge.event import Event, EventKind
from edge.host import Clock

CHECK_S = 5.0


@dataclass(slots=True)
class Silence:
    """Watches meters on the bus; `limits_s` is each meter's patience."""

    clock: Clock
    bus: Bus
    limits_s: Mapping[str, float]
    tell: Callable[[Event], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    silent: set[str] = field(default_factory=set)
    _heard: dict[str, tuple[int, int]] = field(default_factory=dict)

    async def run(self) -> None:
        """Look at every meter each few seconds."""
        while True:
            self.look()
            await self.sleep(CHECK_S)

    def look(self) -> None:
        """Compare what each meter last said with what it had said at the last look."""
        now = self.clock.now()
        for meter, limit_s in self.limits_s.items():
            said = self._heard.setdefault(meter, (self._at(meter), now.monotonic_ns))
            said_ms, since_ns = said
            at_ms = self._at(meter) or said_ms  # its last word may be erased
            waited_ns = now.monotonic_ns - since_ns
            if at_ms != said_ms:
                self._heard[meter] = (at_ms, now.monotonic_ns)
                if meter in self.silent:
                    self.silent.discard(meter)
                    self.tell(_event(meter, at_ms, "speaks"))
            elif meter not in self.silent and waited_ns >= limit_s * 1_000_000_000:
                self.silent.add(meter)
                # On the meter's own line of time: the host's clock may be wrong.
                when_ms = said_ms + waited_ns // 1_000_000 if said_ms else now.wall_ms
                self.tell(_event(meter, when_ms, "silent"))

    def _at(self, meter: str) -> int:
        latest = self.bus.latest.get(meter)
        return latest.at_ms if latest else 0


def _event(meter: str, at_ms: int, state: str) -> Event:
    return Event(meter, at_ms, EventKind.SILENCE, {"state": state})
