"""The watchdog's sign of life: given only while the reader and the journal move.

A reader moves when its loop turns, even over a silent port: a meter that is unplugged
must alert, not restart the service for ever. A journal moves when its writer answers,
even to say that the disk is full.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from edge.service.notify import notify

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watchdog:
    """Watches signs of life: functions giving the monotonic ns of the last one."""

    beats: Mapping[str, Callable[[], int]]
    limit_s: float
    monotonic_ns: Callable[[], int]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    tell: Callable[[str], bool] = notify

    def stuck(self) -> list[str]:
        """Name what has not moved within the limit."""
        now_ns = self.monotonic_ns()
        limit_ns = int(self.limit_s * 1e9)
        return [name for name, beat in self.beats.items() if now_ns - beat() > limit_ns]

    async def run(self) -> None:
        """Give a sign of life each quarter of the limit while nothing is stuck."""
        said: list[str] = []
        while True:
            stuck = self.stuck()
            if not stuck:
                self.tell("WATCHDOG=1")
            elif stuck != said:
                log.error("no sign of life from %s", ", ".join(stuck))
                self.tell(f"STATUS=stuck: {', '.join(stuck)}")
            said = stuck
            await self.sleep(self.limit_s / 4)
