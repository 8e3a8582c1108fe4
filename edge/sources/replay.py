"""A capture played again as if it came now: the same readings, dated as recorded."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import uuid4

from edge.health import PartHealth
from edge.host import Clock
from edge.sample import HostInstant, Reading
from edge.sources.mapping import Mapper
from teleinfo.capture import read_capture
from teleinfo.decoder import Decoder
from teleinfo.frame import Frame
from teleinfo.mode import Mode

BOOT_ID = "replay"
FRAMES_A_TURN = 64
"""At full speed the event loop gets its turn after so many frames."""
BITS_A_BYTE = 10
SPEEDS = {mode: mode.baud for mode in Mode}
SECOND_MS = 1000
LOOKED_AT_BYTES = 64 * 1024
"""A DATE is in every standard frame: how far it is looked for."""
SET_BACK_MS = 60_000
"""A DATE that much earlier is another capture, or a clock that was set."""


class ReplaySource:
    """Plays one capture, then ends. `speed` None is as fast as can be.

    The host's clock is the recorded one; without timings it follows the meter's
    DATE, and without that the line's own speed, from now on.
    """

    def __init__(  # noqa: PLR0913 - each is an option of `releve replay`
        self,
        meter: str,
        path: str | os.PathLike[str],
        speed: float | None,
        clock: Clock,
        *,
        mode: Mode | None = None,
        origin: str = "tic",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if speed is not None and speed <= 0:
            raise ValueError("a speed is over 0")
        self.meters: tuple[str, ...] = (meter,)
        self._path, self._speed, self._clock = path, speed, clock
        self._mode = mode
        # Another replay is another boot: what this one held is never dated by it.
        self._boot_id = f"{BOOT_ID}-{uuid4().hex}"
        self._decoder = Decoder(mode)
        self._mapper = Mapper(meter, origin)
        self._sleep = sleep
        self._bytes = self._frames = 0
        self._frame_bytes = 0  # of one frame, as in the chunk that is being played
        self._wall_ms = clock.now().wall_ms
        self._first_ms: int | None = None
        self._dated = False
        self._done = False
        self.beat_ns = clock.now().monotonic_ns

    async def __aiter__(self) -> AsyncIterator[Reading]:
        """Give the capture's readings; raise SourceError when it can't be read."""
        async for readings in self.batches():
            for reading in readings:
                yield reading

    async def batches(self) -> AsyncIterator[list[Reading]]:
        """Give the same, at full speed as many at once as the loop's turn holds."""
        started_ns = self._clock.now().monotonic_ns
        began_ms = self._began_ms()
        if began_ms is not None:
            self._wall_ms = began_ms
        for chunk in read_capture(self._path):
            self._bytes += len(chunk.data)
            frames = self._decoder.feed(chunk.data)
            if frames:
                self._frame_bytes = len(chunk.data) // len(frames)
            for some in self._turns(frames):
                seen = self._seen(some, chunk.at_ms)
                turns, self._frames = self._frames, self._frames + len(some)
                turns = self._frames // FRAMES_A_TURN - turns // FRAMES_A_TURN
                if self._speed is not None or turns:
                    await self._wait(seen[-1], started_ns)
                yield list(map(self._mapper.reading, some, seen))
        rest = self._decoder.flush()
        yield list(map(self._mapper.reading, rest, self._seen(rest, None)))
        self._done = True

    def _turns(self, frames: list[Frame]) -> Iterator[list[Frame]]:
        """Part frames into what may come at once: one when played at a speed."""
        size = FRAMES_A_TURN if self._speed is None else 1
        for at in range(0, len(frames), size):
            yield frames[at : at + size]

    def health(self) -> PartHealth:
        """Tell how far it is."""
        counters = self._decoder.counters
        return PartHealth(
            name=f"source:{self.meters[0]}",
            ok=True,
            counters={"bytes": self._bytes, "frames": counters.frames},
            refused={reason.value: n for reason, n in counters.refused.items()},
            detail="replayed to its end" if self._done else "replaying",
        )

    def _began_ms(self) -> int | None:
        """Give when a capture without timings began: a frame a second before its DATE.

        None when it has timings, or no DATE near its start: it is dated from now on.
        """
        decoder, heard, frames = Decoder(self._mode), 0, 0
        for chunk in read_capture(self._path):
            heard += len(chunk.data)
            if chunk.at_ms is not None or heard > LOOKED_AT_BYTES:
                return None
            for frame in [*decoder.feed(chunk.data), *decoder.flush()]:
                frames += 1
                if frame.horodate is not None:
                    return frame.horodate.at_ms - frames * SECOND_MS
        return None

    async def _wait(self, seen: HostInstant, started_ns: int) -> None:
        """Wait until it is a frame's turn; at full speed only give way."""
        now_ns = self._clock.now().monotonic_ns
        self.beat_ns = now_ns
        wait_ms = 0.0
        if self._speed is not None:
            if self._first_ms is None:
                self._first_ms = seen.wall_ms
            due_ms = (seen.wall_ms - self._first_ms) / self._speed
            wait_ms = due_ms - (now_ns - started_ns) / 1_000_000
        if wait_ms > 0 or self._speed is None:
            await self._sleep(max(0.0, wait_ms) / SECOND_MS)

    def _seen(self, frames: list[Frame], at_ms: int | None) -> list[HostInstant]:
        """Give when the host saw frames: as recorded, else as can be told."""
        seen, boot_id, synchronised = [], self._boot_id, True
        for frame in frames:
            wall_ms = self._wall_ms = self._told_by(frame) if at_ms is None else at_ms
            ns = wall_ms * 1_000_000
            seen.append(HostInstant(wall_ms, ns, synchronised, boot_id))
        return seen

    def _told_by(self, frame: Frame) -> int:
        """Give an instant by the line's speed, held to the meter's own second."""
        baud = SPEEDS[frame.mode]
        length_ms = self._frame_bytes * BITS_A_BYTE * SECOND_MS // baud
        following_ms = self._wall_ms + max(1, length_ms)
        date = frame.groups.get("DATE")
        if date is None or date.horodate is None:
            return following_ms
        second_ms = date.horodate.at_ms
        if not self._dated or second_ms < self._wall_ms - SET_BACK_MS:
            self._dated = True
            return second_ms
        held_ms = min(max(following_ms, second_ms), second_ms + SECOND_MS - 1)
        return max(held_ms, self._wall_ms + 1)
