"""What is to happen to a virtual meter while it runs, in seconds after its start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from teleinfo.virtual.line import PtyLine


@dataclass(frozen=True, slots=True)
class Scenario:
    """When the cable is pulled, for how long, and when the mode is switched."""

    unplug_at_s: tuple[float, ...] = ()
    unplugged_s: float = 5.0
    switch_at_s: float | None = None

    async def play(self, line: PtyLine, tell: Callable[[str], None]) -> None:
        """Have it happen to a line that runs; `tell` is told what and where."""
        async with asyncio.TaskGroup() as tasks:
            for at_s in self.unplug_at_s:
                tasks.create_task(self._unplug(line, at_s, tell))
            if self.switch_at_s is not None:
                tasks.create_task(self._switch(line, self.switch_at_s, tell))

    async def _unplug(
        self, line: PtyLine, at_s: float, tell: Callable[[str], None]
    ) -> None:
        await asyncio.sleep(at_s)
        line.unplug()
        tell("unplugged")
        await asyncio.sleep(self.unplugged_s)
        line.plug()
        tell(f"plugged in again: {line.path}")

    @staticmethod
    async def _switch(line: PtyLine, at_s: float, tell: Callable[[str], None]) -> None:
        await asyncio.sleep(at_s)
        line.switch(line.meter.mode.other)
        tell(f"switched to {line.meter.mode} mode")
