"""The collectors' process: APScheduler says when, one attempt runs at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from collectors.errors import NotCollected
from collectors.runner import Runner, Sends

log = logging.getLogger(__name__)

LOOK_S = 60
"""How often it is looked whether something was mended, and the service is told."""
FORGET_S = 86_400


def _nothing() -> None:
    """Have nothing to forget."""


@dataclass(slots=True)
class Process:
    """Runs the collectors of one home until told to stop."""

    runners: Sequence[Runner]
    service: Sends
    look_s: float = LOOK_S
    forget: Callable[[], object] = _nothing
    """Lets go of secrets that are over; at the start, then daily."""
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _scheduler: Any = None

    async def run(self, stop: asyncio.Event) -> None:
        """Run until the event is set; an attempt that is under way is given up."""
        scheduler = self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": None,
            },
        )
        for runner in self.runners:
            self._plan(runner, runner.begin())
        # It also wakes the scheduler, whose timers don't see a clock that is set.
        scheduler.add_job(self.look, "interval", seconds=self.look_s, id="look")
        scheduler.add_job(self.forget, "interval", seconds=FORGET_S, id="forget")
        scheduler.start()
        log.info("collecting for %s", ", ".join(one.name for one in self.runners))
        try:
            await asyncio.to_thread(self.forget)
            await self.look()
            await stop.wait()
        finally:
            scheduler.shutdown(wait=False)

    def _plan(self, runner: Runner, due: datetime) -> None:
        self._scheduler.add_job(
            self._attempt,
            "date",
            run_date=due,
            args=[runner],
            id=f"of {runner.name}",
            replace_existing=True,
        )

    async def _attempt(self, runner: Runner) -> None:
        """Make one attempt, and plan the next, whatever comes."""
        due = runner.now() + timedelta(hours=1)
        try:
            async with self._one:
                due = await runner.run()
        except Exception:
            log.exception("%s failed", runner.name)
        self._plan(runner, due)
        await self.tell()

    async def look(self) -> None:
        """Try at once what was mended, and tell the service how each fares."""
        for runner in self.runners:
            if runner.mended and not self._one.locked():
                self._plan(runner, runner.now())
        await self.tell()

    async def tell(self) -> None:
        """Tell the service, which shows it, how each fares."""
        pasts = {one.name: one.past.plain() for one in self.runners}
        with suppress(NotCollected):
            await self.service.send({"pasts": pasts})
