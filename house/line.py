"""A virtual meter's contact on a socket: what flows in, flanks at their instants out.

Who connects to the socket hears flanks of 9 bytes: the instant in ns of the machine's
monotonic clock, which is the same in each process, and the level.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

FLANK = struct.Struct("<q?")
TICK_NS = 250_000_000
NS_A_MS = 1_000_000


class Pulsing(Protocol):
    """A virtual meter that pulses while something flows."""

    def flow(
        self, start_ns: int, end_ns: int, flow_l_h: int
    ) -> Sequence[tuple[int, bool]]:
        """Let it flow over [start, end); give the flanks that begin in it."""
        ...


class ContactLine:
    """One meter's contact; nobody who connects hears half a pulse."""

    def __init__(
        self, path: Path, meter: Pulsing, flow_l_h: Callable[[int], int]
    ) -> None:
        self._path, self._meter, self._flow_l_h = path, meter, flow_l_h
        self._new: list[asyncio.StreamWriter] = []
        self._listening: list[asyncio.StreamWriter] = []

    async def run(self) -> None:
        """Let it flow for ever; cancel to stop."""
        self._path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._met, self._path)
        self._path.chmod(0o600)
        try:
            await self._play()
        finally:
            server.close()
            for writer in (*self._new, *self._listening):
                writer.close()
            self._path.unlink(missing_ok=True)

    async def _met(
        self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._new.append(writer)

    async def _play(self) -> None:
        start_ns = time.monotonic_ns()
        while True:
            end_ns = start_ns + TICK_NS
            wall_ms = time.time_ns() // NS_A_MS
            flanks = self._meter.flow(start_ns, end_ns, self._flow_l_h(wall_ms))
            self._listening += self._new
            self._new.clear()
            for at_ns, active in flanks:
                await _until(at_ns)
                self._tell(FLANK.pack(at_ns, active))
            # the last flank of a pulse may lie behind the tick's end
            start_ns = end_ns
            await _until(end_ns)

    def _tell(self, flank: bytes) -> None:
        for writer in list(self._listening):
            if writer.is_closing():
                self._listening.remove(writer)
            else:
                writer.write(flank)


async def _until(at_ns: int) -> None:
    await asyncio.sleep(max(0, at_ns - time.monotonic_ns()) / 1e9)
