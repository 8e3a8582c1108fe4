"""A meter that is heard on the broker: its messages become readings."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge.broker.publisher import Message
from edge.catalogue import Fluid
from edge.errors import SourceError
from edge.gate import flow
from edge.health import PartHealth
from edge.host import Clock
from edge.sample import HostInstant, Reading
from edge.sources.mqtt_in import kept
from edge.sources.mqtt_in.message import Heard, heard
from edge.sources.mqtt_in.presets import Way
from edge.sources.mqtt_in.running import Running, advance
from edge.sources.mqtt_in.settings import HearSettings
from edge.sources.pulses.settings import refuse_unknown
from edge.sources.settable import IndexSet
from water.errors import MessageRefused

ORIGIN = "mqtt"
NS_A_MS = 1_000_000
OLDEST_MS = 86_400_000
"""A radio's own instant may be so old; what is older says nothing of now."""
WAITING = 64
TICK_S = 5.0
HOLD_MS = 3 * 3_600_000
NO_BROKER = "not heard yet: does [mqtt] name a broker that answers?"


class MqttMeter:
    """One meter; `hear` is given what its topic brings, and never waits.

    What comes in bursts of more than the last 64 messages is let go, oldest first.
    """

    hold_ms = HOLD_MS
    speaks = True

    def __init__(
        self, meter: str, settings: HearSettings, directory: Path, clock: Clock
    ) -> None:
        self.meters: tuple[str, ...] = (meter,)
        self.topic = settings.topic
        self.beat_ns = clock.now().monotonic_ns
        self._settings, self._clock = settings, clock
        self._path = kept.place(directory, meter)
        self._running = kept.load(self._path)
        self._waiting: deque[tuple[Message, HostInstant]] = deque(maxlen=WAITING)
        self._news, self._one = asyncio.Event(), asyncio.Lock()
        self._last: tuple[int, int] | None = None  # what was said last, and when
        self.counters: Counter[str] = Counter(accepted=0)
        self.refused: Counter[str] = Counter()
        self._trouble = NO_BROKER

    @classmethod
    def from_table(
        cls, table: Mapping[str, Any], fluid: Fluid, clock: Clock
    ) -> MqttMeter:
        """Make the source of a [[meters]] table that has `mqtt`; raise ValueError."""
        refuse_unknown(table)
        if table.get("gpio") is not None:
            raise ValueError("a meter has gpio or mqtt, not both")
        settings = HearSettings.from_table(table, fluid)
        directory = Path(table.get("data_dir", "."))
        return cls(str(table["id"]), settings, directory, clock)

    def listening(self, trouble: str = "") -> None:
        """Learn that its topic is heard from now on, or why not."""
        self._trouble = trouble

    def hear(self, message: Message) -> None:
        """Take a message."""
        self._waiting.append((message, self._clock.now()))
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[Reading]:
        """Give readings for ever."""
        while True:
            self.beat_ns = self._clock.now().monotonic_ns
            while self._waiting:
                message, seen = self._waiting.popleft()
                reading = await self._read(message, seen)
                if reading is not None:
                    yield reading
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), TICK_S)
            except TimeoutError:
                continue

    async def set_index(self, index_l: int) -> IndexSet:
        """Go on from the index that the owner read, durably; raise SourceError."""
        register = self._settings.register
        if self._settings.way is Way.INDEX or register.endswith("_wh"):
            raise SourceError(
                f"{self.meters[0]} sends its own index: nothing is counted here",
                hint="an index that the meter itself sends isn't set",
            )
        async with self._one:
            before = self._running or Running(0)
            after = replace(before, index=index_l * 1000)
            await self._keep(after)
            self._last = None
            now_ms = self._clock.now().wall_ms
            return IndexSet(register, before.whole, index_l, now_ms)

    def health(self) -> PartHealth:
        """Tell what was taken, repeated and refused, and what is wrong."""
        return PartHealth(
            name=f"source:{self.meters[0]}",
            ok=not self._trouble,
            counters=dict(self.counters),
            refused=dict(self.refused),
            gauges={"pending": len(self._waiting)},
            detail=self._trouble or "heard by MQTT",
        )

    async def _read(self, message: Message, seen: HostInstant) -> Reading | None:
        """Give a message's reading; None: refused, another meter's, or a repeat."""
        settings = self._settings
        try:
            found = heard(settings, message.topic, message.payload, seen.wall_ms)
            if found is None:
                self.counters["of_others"] += 1
                return None
            at_ms = self._when(found, seen, retained=message.retain)
            async with self._one:
                index = await self._index(found.number, at_ms)
        except MessageRefused as error:
            self.refused[error.reason] += 1
            return None
        except OSError:
            self.refused["not-kept"] += 1  # a full disk: a later count says it all
            return None
        if self._repeats(index, at_ms):
            self.counters["repeated"] += 1
            return None
        self._last = (index, at_ms)
        self.counters["accepted"] += 1
        ago_ns = (seen.wall_ms - at_ms) * NS_A_MS
        told = HostInstant(
            at_ms, seen.monotonic_ns - ago_ns, seen.synchronised, seen.boot_id
        )
        return Reading(self.meters[0], {settings.register: index}, told, origin=ORIGIN)

    def _when(self, found: Heard, seen: HostInstant, *, retained: bool) -> int:
        """Give when it was said: by its own word where that is near, else now."""
        said_ms, now_ms = found.at_ms, seen.wall_ms
        own = said_ms is not None and seen.synchronised
        if said_ms is not None and own and said_ms <= now_ms:
            if now_ms - said_ms > OLDEST_MS:
                raise MessageRefused("too-old", "it was said more than a day ago")
            if self._last is not None and said_ms <= self._last[1]:
                if retained or now_ms <= self._last[1]:
                    raise MessageRefused("out-of-order", "a later one was heard")
                return now_ms
            return said_ms
        if retained:
            raise MessageRefused("retained", "kept by the broker, who knows how long")
        return now_ms

    async def _index(self, number: int, at_ms: int) -> int:
        settings, before = self._settings, self._running
        if settings.way is Way.INDEX:
            return number // 1000
        bound = flow.energy if settings.register.endswith("_wh") else flow.growth
        since_ms = before.at_ms if before is not None else None
        passed_ms = 0 if since_ms is None else at_ms - since_ms
        most = bound(settings.qmax_l_h, passed_ms) * 1000
        after = advance(before, settings.way, number, at_ms, most, settings.start)
        if before is None or (after.index, after.count) != (before.index, before.count):
            await self._keep(after)
        self._running = after
        if after.below is not None:
            raise MessageRefused("fall", "it fell, and not to 0")
        return after.whole

    async def _keep(self, running: Running) -> None:
        await asyncio.to_thread(kept.save, self._path, running)
        self._running = running

    def _repeats(self, index: int, at_ms: int) -> bool:
        if self._last is None or self._last[0] != index:
            return False
        return at_ms - self._last[1] < self._settings.repeat_ms
