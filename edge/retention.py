"""Retention: what is kept for how long, and what goes first when the disk is short.

Raw readings go by days, once each day's 1min rows are kept in their place; these go
after a year; half-hours after three, if the household doesn't keep them longer; what
is longer stays. Short of space, raw thins first, then 1min: a day's raw
and a week's 1min stay to the last, and intervals are never taken for it.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from edge.calendar import DAY_MS
from edge.health import PartHealth
from edge.interval import Interval, Step
from edge.stores.protocol import Store

EVERY_S = 3600.0
SETTLED_DAYS = 2
"""A day's 1min rows are kept when it is over for so long: what is late has come."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each grain is kept; `interval_days` only where the owner says so.

    `journal_days` and `journal_bytes` cap the journal, whoever still has to read it.
    Below `free_bytes` on the disk the space is short.
    """

    raw_days: int = 30
    minute_days: int = 366
    interval_days: Mapping[Step, int] = field(default_factory=dict)
    journal_days: float = 30
    journal_bytes: int = 2 << 30
    free_bytes: int = 256 << 20


class Capped(Protocol):
    """A journal, as far as retention needs it."""

    async def keep_within(self, *, days: float, max_bytes: int) -> int:
        """Apply the cap: it wins over a slow consumer."""
        ...

    async def thin(self, meter: str, step: Step, before_ms: int) -> int:
        """Let go of a meter's rows of a step that ended by an instant."""
        ...


class Minutes(Protocol):
    """Where a day's 1min rows come from (edge.reads)."""

    def heard(self, meter: str) -> tuple[int, int] | None:
        """Give a meter's first and last instant."""
        ...

    def day_of_minutes(self, meter: str, day_ms: int) -> list[Interval]:
        """Roll a UTC day's 1min rows of all registers."""
        ...


def free_bytes(directory: Path) -> Callable[[], int]:
    """Give what tells the room that a directory's disk has."""
    return lambda: shutil.disk_usage(directory).free


class Retention:
    """Applies the limits, hour by hour, each piece of work off the loop."""

    def __init__(
        self,
        store: Store,
        minutes: Minutes,
        journal: Capped,
        limits: Limits,
        free: Callable[[], int],
    ) -> None:
        self._store, self._minutes, self._journal = store, minutes, journal
        self._limits, self._free = limits, free
        self._raw_days, self._minute_days = limits.raw_days, limits.minute_days
        self._gone: dict[str, int] = {"raw": 0, "1min": 0, "journal": 0}
        self._thinned: dict[tuple[str, Step], int] = {}

    async def run(self) -> None:
        """Apply the limits each hour, for ever."""
        while True:
            await self.tidy()
            await asyncio.sleep(EVERY_S)

    async def tidy(self) -> None:
        """Apply the limits once; thin further while the disk is short."""
        self._raw_days, self._minute_days = (
            self._limits.raw_days,
            self._limits.minute_days,
        )
        await self._prune()
        while self._free() < self._limits.free_bytes and self._thin():
            await self._prune()
            await asyncio.to_thread(self._store.release)
        self._gone["journal"] += await self._journal.keep_within(
            days=self._limits.journal_days, max_bytes=self._limits.journal_bytes
        )

    def _thin(self) -> bool:
        """Shorten what goes first by half; tell whether there was anything left."""
        if self._raw_days > 1:
            self._raw_days //= 2
        elif self._minute_days > 7:
            self._minute_days = max(7, self._minute_days // 2)
        else:
            return False
        return True

    async def _prune(self) -> None:
        for meter in await asyncio.to_thread(self._store.meters):
            heard = await asyncio.to_thread(self._minutes.heard, meter)
            if heard is None:
                continue
            await self._keep_minutes(meter, heard)
            # the meter's own time: a host whose clock runs ahead takes nothing
            last = heard[1] // DAY_MS * DAY_MS
            raw_ms = last - self._raw_days * DAY_MS
            minute_ms = last - self._minute_days * DAY_MS
            settled_ms = last - SETTLED_DAYS * DAY_MS
            for step, before_ms in (
                (Step.RAW, min(raw_ms, settled_ms)),
                (Step.MIN1, minute_ms),
                *(
                    (step, last - days * DAY_MS)
                    for step, days in self._limits.interval_days.items()
                ),
            ):
                gone = await asyncio.to_thread(
                    self._store.prune, meter, step, before_ms
                )
                self._gone[step.value] = self._gone.get(step.value, 0) + gone
                if step in self._limits.interval_days:
                    await self._thin_journal(meter, step, before_ms)

    async def _thin_journal(self, meter: str, step: Step, before_ms: int) -> None:
        """Have the journal let go of the same rows, once a day: it reads itself whole.

        Else a store that is made anew would have them again.
        """
        if self._thinned.get((meter, step)) != before_ms:
            self._gone["journal"] += await self._journal.thin(meter, step, before_ms)
            self._thinned[meter, step] = before_ms

    async def _keep_minutes(self, meter: str, heard: tuple[int, int]) -> None:
        """Keep the 1min rows of each settled day that has none yet."""
        first = heard[0] // DAY_MS * DAY_MS
        end = heard[1] // DAY_MS * DAY_MS - (SETTLED_DAYS - 1) * DAY_MS
        first = max(first, end - self._limits.minute_days * DAY_MS)
        if first >= end:
            return
        kept = await asyncio.to_thread(self._store.minutes_kept, meter, first, end)
        for day in range(first, end, DAY_MS):
            if day not in kept:
                await asyncio.to_thread(self._keep_day, meter, day)

    def _keep_day(self, meter: str, day_ms: int) -> None:
        rows = self._minutes.day_of_minutes(meter, day_ms)
        self._store.keep_minutes(meter, day_ms, rows)

    def health(self) -> PartHealth:
        """Say what went, and whether the disk is short."""
        room = self._free()
        short = room < self._limits.free_bytes
        return PartHealth(
            name="retention",
            ok=not short,
            counters={f"gone_{name}": count for name, count in self._gone.items()},
            gauges={
                "free_bytes": room,
                "raw_days": self._raw_days,
                "minute_days": self._minute_days,
            },
            detail="the disk is short: raw readings are thinned" if short else "",
        )
