"""A meter that pulses on a line: its index, counted here, for ever."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    Sequence,
)
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any, ClassVar

from edge.catalogue import Fluid
from edge.errors import EdgeError, JournalError, SourceError
from edge.health import PartHealth
from edge.host import Clock
from edge.sample import HostInstant, Reading
from edge.sources.protocol import Source
from edge.sources.pulses.counter import MS, Pulse, PulseCounter
from edge.sources.pulses.line import LineError, OpenLine, PulseLine
from edge.sources.pulses.settings import PulseSettings, refuse_unknown
from edge.sources.pulses.tally import Tally
from edge.sources.settable import IndexSet

log = logging.getLogger(__name__)

ORIGIN = "pulses"
COMMIT_NS = 1_000 * MS
"""A first pulse is committed at once, what follows it within this: a count is shown
once it is durable, and that within 2 s (design: SD cards wear out)."""

WORD_NS = 40_000 * MS
"""How long without a pulse before the index is said again: that it stood is known."""

HOLD_MS = 120_000
NOTED_NS = 600_000 * MS
"""How often a count that stands is noted as alive: what a crash can't say better."""

TICK_S = 5.0
FIRST_DELAY_S = 0.5
LAST_DELAY_S = 10.0


class PulseSource:
    """One meter's pulses; it waits for a line that can't be opened yet.

    `open_line` None: nothing pulses here, its readings come another way. `hold_ms` is
    how long its word holds; `counts_here`: what falls while it doesn't run is lost.
    """

    fluid: ClassVar[Fluid] = Fluid.GAS
    register: ClassVar[str] = "gas_volume_l"
    hold_ms: ClassVar[int] = HOLD_MS
    counts_here: ClassVar[bool] = True

    def __init__(  # noqa: PLR0913 - each is a setting of the meter's table, or a test's
        self,
        meter: str,
        settings: PulseSettings,
        directory: Path,
        clock: Clock,
        open_line: OpenLine | None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        commit_ns: int = COMMIT_NS,
    ) -> None:
        self.meters: tuple[str, ...] = (meter,)
        self.speaks = open_line is not None
        self.beat_ns = clock.now().monotonic_ns
        self._settings, self._clock, self._sleep = settings, clock, sleep
        self._open_line, self._commit_ns = open_line, commit_ns
        self._tally = Tally(meter, settings, directory)
        self._refused: Counter[str] = Counter()
        self._news = asyncio.Event()
        self._waiting: list[Pulse] = []
        self._committed_ns = self._said_ns = self._last_ns = -WORD_NS
        self._noted_ns = 0
        self._opened = self._lost = 0
        self._trouble = ""

    @classmethod
    def from_config(cls, config: Mapping[str, Any], clock: Clock) -> Source:
        """Make the source of a [[meters]] table of kind "gazpar" or "water"."""
        if "mqtt" in config:
            from edge.sources.mqtt_in import MqttMeter  # noqa: PLC0415 - same

            return MqttMeter.from_table(config, cls.fluid, clock)
        refuse_unknown(config)
        settings = PulseSettings.from_table(config, cls.fluid)
        return cls(
            str(config["id"]),
            settings,
            Path(config.get("data_dir", ".")),
            clock,
            None if settings.gpio is None else _line(settings),
        )

    async def __aiter__(self) -> AsyncIterator[Reading]:
        """Give readings for ever; a line that fails is opened again with back-off."""
        async with aclosing(self.batches()) as batches:
            async for readings in batches:
                for reading in readings:
                    yield reading

    async def batches(self) -> AsyncGenerator[Sequence[Reading], None]:
        """Give the same readings, those together that were committed together."""
        delay_s = FIRST_DELAY_S
        while True:
            opened = self._opened
            if self._open_line is not None:
                try:
                    async with aclosing(self._listen(self._open_line)) as heard:
                        async for readings in heard:
                            yield readings
                except EdgeError as error:
                    self._tell(error)
            self._beat()
            delay_s = FIRST_DELAY_S if self._opened > opened else delay_s
            # Jitter, so that lines that failed together don't come back together.
            await self._sleep(delay_s * random.uniform(0.8, 1.2))  # noqa: S311 - not secret
            delay_s = min(delay_s * 2, LAST_DELAY_S)

    async def set_index(self, index_l: int) -> IndexSet:
        """Go on from the index that the owner read, durably; raise EdgeError."""
        if not self.speaks:
            raise SourceError(
                f"{self.meters[0]} has no pulse line: nothing is counted here",
                hint="an index that the meter itself sends isn't set",
            )
        changed = await self._tally.set_index(self.register, index_l, self._wall_ms())
        self._said_ns = -WORD_NS  # to be said at once
        self._news.set()
        return changed

    def health(self) -> PartHealth:
        """Tell what was counted and refused, and what is wrong."""
        detail = "counting" if self.speaks else "no line: read by files, radio, portals"
        return PartHealth(
            name=f"source:{self.meters[0]}",
            ok=not self._trouble,
            counters={
                "accepted": self._tally.counted,
                "opened": self._opened,
                "flanks_lost": self._lost,
                "uncounted_spans": self._tally.missed,
            },
            refused=dict(self._refused),
            gauges={"pending": len(self._waiting)},
            detail=self._trouble or detail,
        )

    def _wall_ms(self) -> int:
        return self._clock.now().wall_ms

    def _beat(self) -> HostInstant:
        now = self._clock.now()
        self.beat_ns = now.monotonic_ns
        return now

    async def _listen(
        self, open_line: OpenLine
    ) -> AsyncGenerator[Sequence[Reading], None]:
        """Give readings until the line is lost; raise LineError then."""
        line = open_line()
        loop = asyncio.get_running_loop()
        try:
            now = self._beat()
            counter = PulseCounter(
                self._settings.shape,
                active=line.active(),
                now_ns=now.monotonic_ns,
                refused=self._refused,
            )
            await self._tally.begin(now.wall_ms)
            self._opened += 1
            self._trouble = ""
            self._noted_ns = now.monotonic_ns
            loop.add_reader(line.fileno(), self._news.set)
            try:
                while True:
                    readings = await self._turn(line, counter)
                    if readings:
                        yield readings
                    else:
                        await self._wait(counter)
            except LineError:
                # a cut before the line is back would take what waits, hours later
                if self._waiting:
                    yield await self._commit(self._beat().monotonic_ns)
                raise
            finally:
                loop.remove_reader(line.fileno())
        finally:
            self._part(line)

    def _part(self, line: PulseLine) -> None:
        """Let go of a line; pulses that a full disk refused wait until it is back."""
        self._lost += line.lost
        line.close()
        self._tally.end(self._wall_ms())

    async def _turn(self, line: PulseLine, counter: PulseCounter) -> list[Reading]:
        """Count what the line says by now, and give what is durable of it."""
        self._news.clear()
        now = self._beat()  # before reading: every flank up to here is then read
        self._waiting += counter.feed(line.read())
        self._waiting += counter.settle(now.monotonic_ns)
        mono = now.monotonic_ns
        try:
            if self._waiting and mono - self._committed_ns >= self._commit_ns:
                return await self._commit(mono)
            if not self._waiting and mono - self._said_ns >= WORD_NS:
                return await self._stand(now)
        except JournalError as error:
            # The line goes on being counted in memory: a full disk is tried again.
            self._tell(error)
        return []

    async def _stand(self, now: HostInstant) -> list[Reading]:
        """Say the index again, and note now and then that it was still counted."""
        mono = now.monotonic_ns
        if mono - self._noted_ns >= NOTED_NS:
            self._noted_ns = mono
            await self._tally.note(now.wall_ms)
        return [self._reading(now, mono, self._tally.index_l)]

    async def _commit(self, mono: int) -> list[Reading]:
        """Have the pulses that wait on the disk; give a reading for each, dated."""
        self._committed_ns = self._noted_ns = mono
        pulses = list(self._waiting)
        indexes = await self._tally.add(len(pulses), self._wall_ms())
        del self._waiting[: len(pulses)]
        self._trouble = ""
        now = self._beat()
        return [
            self._reading(now, pulse.end_ns, index_l)
            for pulse, index_l in zip(pulses, indexes, strict=True)
        ]

    def _reading(self, now: HostInstant, at_ns: int, index_l: int) -> Reading:
        """Give a reading at an instant of the line's clock: later than all before."""
        self._said_ns = self._last_ns = at_ns = max(at_ns, self._last_ns + MS)
        seen = HostInstant(
            now.wall_ms - (now.monotonic_ns - at_ns) // MS,
            at_ns,
            now.synchronised,
            now.boot_id,
        )
        return Reading(self.meters[0], {self.register: index_l}, seen, origin=ORIGIN)

    async def _wait(self, counter: PulseCounter) -> None:
        """Wait for a flank, or for what is due without one."""
        mono = self._clock.now().monotonic_ns
        due = [self._said_ns + WORD_NS]
        if counter.due_ns is not None:
            due.append(counter.due_ns)
        if self._waiting:
            due.append(self._committed_ns + self._commit_ns)
        wait_s = min(max(min(due) - mono, 0) / 1e9, TICK_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), wait_s)

    def _tell(self, error: EdgeError) -> None:
        """Say once what is wrong; it stays in `health` meanwhile."""
        said, self._trouble = self._trouble, str(error)
        if self._trouble != said:
            log.warning("%s: %s", self.meters[0], error)


def _line(settings: PulseSettings) -> OpenLine:
    """Give what opens a meter's line; imported only where one is."""
    from edge.sources.virtual_line import VIRTUAL, VirtualLine  # noqa: PLC0415

    if settings.chip.startswith(VIRTUAL):
        return lambda: VirtualLine.open(settings)
    from edge.sources.gpio import GpioLine  # noqa: PLC0415

    return lambda: GpioLine.open(settings)


class GasPulses(PulseSource):
    """A Gazpar, by its pulse socket."""


class WaterPulses(PulseSource):
    """A water meter, by its pulse emitter."""

    fluid = Fluid.WATER
    register = "water_volume_l"
