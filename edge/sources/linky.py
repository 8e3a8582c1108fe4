"""A Linky on a serial port: its readings, for ever, whatever happens to the port."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Self

from edge.catalogue import Fluid
from edge.health import PartHealth
from edge.host import Clock
from edge.sample import Reading
from edge.sources.mapping import Mapper
from teleinfo.aport import AsyncPort
from teleinfo.errors import PortError, PortLost
from teleinfo.frame import Frame
from teleinfo.listener import Listener
from teleinfo.mode import Mode
from teleinfo.port import PAUSE_S, Port
from teleinfo.search import Patience
from teleinfo.uart import LineSetting, Parity

log = logging.getLogger(__name__)

FIRST_DELAY_S = 0.5
LAST_DELAY_S = 10.0
SILENCE_MS = 60_000


class LinkySource:
    """One Linky, read by its port; it waits for a port that is not there yet.

    `mode` None finds the mode and follows the meter when it is switched. `silence_ms`
    is how long without a frame before it says that it is not well.
    """

    fluid = Fluid.ELECTRICITY

    def __init__(  # noqa: PLR0913 - each is a setting of the meter's table, or a test's
        self,
        meter: str,
        port: str,
        mode: Mode | None,
        clock: Clock,
        *,
        parity: Parity = Parity.HARDWARE,
        patience: Patience | None = None,
        silence_ms: int = SILENCE_MS,
        pause_s: float = PAUSE_S,
        origin: str = "tic",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.meters: tuple[str, ...] = (meter,)
        self._path, self._asked, self._clock = port, mode, clock
        self._setting = LineSetting(parity=parity)
        self._pause_s = pause_s
        self._silence_ms = silence_ms
        self._sleep = sleep
        self._mapper = Mapper(meter, origin)
        self._listener = Listener(0.0, mode, patience=patience)
        now = clock.now()
        self.beat_ns = now.monotonic_ns
        self._last_frame_ns = now.monotonic_ns
        self._last_frame_ms: int | None = None
        self._trouble = ""
        self._opened = 0
        self._lost = 0

    @classmethod
    def from_config(cls, config: Mapping[str, Any], clock: Clock) -> Self:
        """Make the source of a [[meters]] table of kind "linky"."""
        mode = str(config.get("mode", "auto"))
        return cls(
            str(config["id"]),
            str(config["port"]),
            None if mode == "auto" else Mode(mode),
            clock,
            parity=Parity(config.get("parity", Parity.HARDWARE)),
            silence_ms=int(config.get("silence_seconds", SILENCE_MS // 1000)) * 1000,
        )

    @property
    def mode(self) -> Mode | None:
        """Give the mode in which the meter speaks, None until it is found."""
        return self._listener.mode

    @property
    def silent_ms(self) -> int:
        """Give how long ago the last frame came, or the source started."""
        return (self._clock.now().monotonic_ns - self._last_frame_ns) // 1_000_000

    async def __aiter__(self) -> AsyncIterator[Reading]:
        """Give readings for ever; a port that fails is opened again with back-off."""
        delay_s = FIRST_DELAY_S
        while True:
            heard = self._listener.counters.frames
            try:
                async for reading in self._readings():
                    yield reading
            except PortError as error:
                self._tell(error)
            if self._listener.counters.frames > heard:
                delay_s = FIRST_DELAY_S
            self.beat_ns = self._clock.now().monotonic_ns
            # Jitter, so that meters unplugged together don't come back together.
            await self._sleep(delay_s * random.uniform(0.8, 1.2))  # noqa: S311 - not secret
            delay_s = min(delay_s * 2, LAST_DELAY_S)

    def health(self) -> PartHealth:
        """Tell what was heard and refused, at which speed, and what is wrong."""
        counters = self._listener.counters
        silent_ms = self.silent_ms
        gauges = {"baud": self._listener.baud, "silent_ms": silent_ms}
        if self._last_frame_ms is not None:
            gauges["last_frame_at_ms"] = self._last_frame_ms
        return PartHealth(
            name=f"source:{self.meters[0]}",
            ok=not self._trouble and silent_ms < self._silence_ms,
            counters={
                "bytes": self._listener.bytes,
                "frames": counters.frames,
                "frames_incomplete": counters.incomplete,
                "accepted": self._listener.groups,
                "parity_nuls": self._listener.nuls,
                "mode_changes": counters.mode_changes,
                "retuned": self._listener.retuned,
                "opened": self._opened,
                "lost": self._lost,
            },
            refused={reason.value: n for reason, n in counters.refused.items()},
            gauges=gauges,
            detail=self._trouble or f"mode {self.mode or 'not found yet'}",
        )

    async def _readings(self) -> AsyncIterator[Reading]:
        """Give readings until the port is lost; raise PortError then."""
        loop = asyncio.get_running_loop()
        with Port.open(self._path, self._setting) as port:
            self._opened += 1
            self._trouble = ""
            aport = AsyncPort(port, self._pause_s)
            self._listener.restart(loop.time())
            port.tune(self._listener.baud)
            try:
                while True:
                    heard = await aport.read()
                    self.beat_ns = self._clock.now().monotonic_ns
                    for frame in self._listener.take(heard, loop.time()):
                        yield self._read(frame)
                    port.tune(self._listener.baud)
            except PortError:
                for frame in self._listener.flush():
                    yield self._read(frame)
                raise

    def _read(self, frame: Frame) -> Reading:
        seen = self._clock.now()
        self._last_frame_ns, self._last_frame_ms = seen.monotonic_ns, seen.wall_ms
        return self._mapper.reading(frame, seen)

    def _tell(self, error: PortError) -> None:
        """Say once what is wrong with the port; it stays in `health` meanwhile."""
        self._lost += isinstance(error, PortLost)
        said, self._trouble = self._trouble, str(error)
        if self._trouble != said:
            log.warning("%s: %s", self.meters[0], error)
