"""The journal's consumer that fills an InfluxDB: gently, and in nobody's way."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

from edge.calendar import DAY_MS
from edge.errors import StoreDown, StoreError
from edge.health import PartHealth
from edge.interval import Step
from edge.journal.erased import Erased
from edge.journal.followed import MovedJournal
from edge.record import Address, Lane, Record
from edge.stores.copying import copy, ended, minutes
from edge.stores.influx.state import NOWHERE
from edge.stores.influx.store import InfluxStore
from edge.stores.protocol import Store
from edge.turn import in_turn

log = logging.getLogger(__name__)

NAME = "influxdb"
EVERY_S = 60.0
"""One request a minute: each is a flush of a log and of a disk's cache."""
PAGE = 128
"""Records a page: at full speed a block is a thousand instants, and lines are long."""
FULL = 32
"""Records that need not wait for the minute to be over: live ones are a few of it."""
FIRST_DELAY_S, LAST_DELAY_S, LONGEST_ASKED_S = 5.0, 300.0, 3600.0
TIDY_S = FOLLOW_S = 3600.0


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many days InfluxDB keeps readings, 1min rows, and half-hours (0: all)."""

    raw_days: int
    minute_days: int
    half_hour_days: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often it writes, and how long it leaves an InfluxDB alone that fails."""

    every_s: float = EVERY_S
    first_delay_s: float = FIRST_DELAY_S
    last_delay_s: float = LAST_DELAY_S
    follow_s: float = FOLLOW_S


DEFAULT_PACE = Pace()


class InfluxConsumer:
    """Copies the journal into InfluxDB, and once what only the embedded store has.

    The present goes before history in every page. InfluxDB's own cursors are the
    truth, the journal's follow them. When it doesn't answer, nothing moves and it is
    asked again, ever more rarely; nothing else waits for it, at the end neither.
    """

    def __init__(
        self,
        journal: MovedJournal,
        store: InfluxStore,
        embedded: Store,
        keeping: Keeping,
        pace: Pace = DEFAULT_PACE,
    ) -> None:
        self.store = store
        self._journal, self._embedded, self._keeping = journal, embedded, keeping
        self._pace = pace
        self._busy = asyncio.Lock()
        self._reached: dict[Lane, Address | None] = dict(NOWHERE)
        self._filled = False
        self._filling: Iterator[None] | None = None
        self._projected = self._failures = 0
        self._parked = store.parking.count()
        self._problem = ""
        self._behind_since: float | None = None
        self._tidied: float | None = None
        self._followed: float | None = None

    async def run(self) -> None:
        """Follow the journal for ever; raises what the journal raises."""
        await self._journal.register(NAME)
        delay_s = self._pace.first_delay_s
        try:
            while True:
                begun = time.monotonic()
                try:
                    await self.catch_up()
                    await self._beside()
                except StoreError as error:
                    self._failed(error)
                    asked_s = error.retry_after_s if isinstance(error, StoreDown) else 0
                    wait_s = max(delay_s, min(asked_s or 0.0, LONGEST_ASKED_S))
                    # Jitter, so that those who were refused together come apart.
                    await asyncio.sleep(wait_s * random.uniform(1.0, 1.2))  # noqa: S311 - not secret
                    delay_s = min(delay_s * 2, self._pace.last_delay_s)
                else:
                    self._recovered()
                    delay_s = self._pace.first_delay_s
                    if self._filled:
                        await self._wait(begun + self._pace.every_s)
        finally:
            self.store.hang_up()

    async def _wait(self, until: float) -> None:
        """Wait for something to write, then for much of it or for the minute's end."""
        seen = await self._journal.wait_committed(self._farthest())
        while seen.seq - self._seq() < FULL and time.monotonic() < until:
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    seen = await self._journal.wait_committed(seen)
            except TimeoutError:
                return

    def _farthest(self) -> Address | None:
        there = [at for at in self._reached.values() if at is not None]
        return max(there, default=None)

    def _seq(self) -> int:
        farthest = self._farthest()
        return 0 if farthest is None else farthest.seq

    async def catch_up(self) -> None:
        """Write all that is committed; raise StoreError when InfluxDB won't have it."""
        async with self._busy:
            found = await asyncio.to_thread(self.store.cursors)
            self._reached = dict(found)
            if None in found.values():  # it is new, or was lost
                self._filled, self._filling = False, None
            while await self._page():
                pass
            await self._follow()
            self._parked = await asyncio.to_thread(self.store.parking.count)

    async def _page(self) -> bool:
        """Write one page, the present first; tell whether there may be more."""
        tail = self._journal.tail
        if not tail.seq:
            return False
        records: list[Record] = []
        reached: dict[Lane, Address | None] = {}
        for lane in (Lane.PRESENT, Lane.HISTORY):
            room = PAGE - len(records)
            if not room:
                break
            some = await in_turn(
                self._journal.read, self._reached[lane], limit=room, lane=lane
            )
            reached[lane] = tail if len(some) < room else some[-1].address
            records += some
        if not records and all(self._reached[lane] == tail for lane in Lane):
            return False
        await in_turn(self.store.project_to, records, reached)
        self._reached |= reached
        self._projected += len(records)
        return len(records) == PAGE

    async def _follow(self) -> None:
        """Have the journal's cursors follow, now and then, so that retention knows.

        Each move is a commit, and InfluxDB has the truth.
        """
        now = time.monotonic()
        if self._followed is not None and now - self._followed < self._pace.follow_s:
            return
        moves = [
            self._journal.move(NAME, lane, address)
            for lane, address in self._reached.items()
            if address is not None
        ]
        if moves:
            await asyncio.gather(*moves)
            self._followed = now

    async def _beside(self) -> None:
        """Do what can wait, a turn of it: fill a new InfluxDB, tidy an old one."""
        until = time.monotonic() + self._pace.every_s
        while not self._filled and time.monotonic() < until:
            async with self._busy:
                await self._fill()
        if self._filled and self._is_time_to_tidy():
            await self._tidy()
            self._tidied = time.monotonic()

    async def _fill(self) -> None:
        """Copy one more piece of what only the embedded store has."""
        if self._filling is None:
            self._filled = await asyncio.to_thread(self.store.filled)
            self._filling = copy(self._embedded, self.store)
        if not self._filled and await in_turn(ended, self._filling):
            await asyncio.to_thread(self.store.mark_filled)
            self._filled = True
        if self._filled:
            self._filling = None

    def _is_time_to_tidy(self) -> bool:
        return self._tidied is None or time.monotonic() - self._tidied > TIDY_S

    async def _tidy(self) -> None:
        """Keep the days of 1min rows that are new, and let go of what is old."""
        for meter in await asyncio.to_thread(self.store.meters):
            heard = await asyncio.to_thread(self._embedded.heard, meter)
            if heard is None:
                continue
            # the meter's own time: a host whose clock runs ahead takes nothing
            last = heard[1] // DAY_MS * DAY_MS
            oldest = last - self._keeping.minute_days * DAY_MS
            days = minutes(self._embedded, self.store, meter, oldest)
            while not await in_turn(ended, days):
                pass
            raw_ms = last - self._keeping.raw_days * DAY_MS
            gone = [(Step.RAW, raw_ms), (Step.MIN1, oldest)]
            if self._keeping.half_hour_days:
                half_ms = last - self._keeping.half_hour_days * DAY_MS
                gone.append((Step.MIN30, half_ms))
            for step, before_ms in gone:
                await asyncio.to_thread(self.store.prune, meter, step, before_ms)

    async def rebuild(self) -> None:
        """Have InfluxDB filled anew, over what it has; done by `run`, and resumed."""
        async with self._busy:
            await asyncio.to_thread(self.store.rewind)
            self._filled, self._filling = False, None
            self._reached = dict(NOWHERE)

    async def erase(self, stone: Erased) -> int:
        """Take out what the owner had erased, while nothing is written; StoreError."""
        async with self._busy:
            self._filling = None  # it may hold a piece of it
            return await asyncio.to_thread(self.store.erase, stone)

    def _failed(self, error: StoreError) -> None:
        self._failures += 1
        self._filling = None  # begun again: what is there already costs little
        self._behind_since = self._behind_since or time.monotonic()
        if str(error) != self._problem:
            log.warning("influxdb: %s", error)
        self._problem = str(error)

    def _recovered(self) -> None:
        if self._problem:
            log.info("influxdb: it answers again")
        self._problem, self._behind_since = "", None

    def health(self) -> PartHealth:
        """Say how it goes, without asking InfluxDB or a disk."""
        sender, since = self.store.sender, self._behind_since
        parked = self._parked
        detail = self._problem
        if not detail and parked:
            detail = f"{parked} points were refused and wait: `releve store parked`"
        age_ms = None if since is None else int(1000 * (time.monotonic() - since))
        return PartHealth(
            name=NAME,
            ok=not self._problem and not parked,
            counters={
                "projected": self._projected,
                "requests": sender.requests,
                "lines": sender.lines,
                "expired": sender.expired,
                "failures": self._failures,
            },
            gauges={
                "pending": max(0, self._journal.tail.seq - self._seq()),
                "parked": parked,
            },
            oldest_age_ms=age_ms,
            detail=detail,
        )

    def close(self) -> None:
        """Let go of InfluxDB."""
        self.store.close()
