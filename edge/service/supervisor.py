"""Keep a part running: when it fails it waits, longer each time, and starts anew."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from edge.errors import EdgeError

log = logging.getLogger(__name__)

FIRST_DELAY_S = 0.5
LAST_DELAY_S = 60.0
STEADY_S = 300.0
"""A part that ran this long has recovered: its next failure waits FIRST_DELAY_S."""


@dataclass(slots=True)
class Supervisor:
    """Runs parts by name and remembers how each fares; a part that returns is done."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    failures: dict[str, int] = field(default_factory=dict)
    last_error: dict[str, str] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)

    async def keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a part until it returns or is cancelled, restarting it with back-off."""
        loop = asyncio.get_running_loop()
        self.failures.setdefault(name, 0)
        delay = FIRST_DELAY_S
        while True:
            started = loop.time()
            try:
                await run()
            except Exception as error:
                # The one place that catches everything: a part must not take the
                # meter's reader down with it, whatever went wrong in it.
                self.failures[name] += 1
                self.last_error[name] = f"{type(error).__name__}: {error}"
                self.down.add(name)
                # One of ours says in a sentence what to do; a traceback would hide it.
                ours = isinstance(error, EdgeError)
                said = f"{name} failed and starts again in {delay:.1f} s: {error}"
                log.log(logging.ERROR, said, exc_info=None if ours else error)
            else:
                return
            if loop.time() - started > STEADY_S:
                delay = FIRST_DELAY_S
            # Jitter, so that parts that failed together don't come back together.
            await self.sleep(delay * random.uniform(0.8, 1.2))  # noqa: S311 - not secret
            delay = min(delay * 2, LAST_DELAY_S)
            self.down.discard(name)
