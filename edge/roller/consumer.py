"""The roller at work: reads the journal, appends what it rolled, all in one move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Protocol

from edge.health import PartHealth
from edge.interval import Interval
from edge.journal.bodies import Kind
from edge.journal.followed import RememberedJournal
from edge.record import Address, Body, Lane, Record
from edge.roller.history import History
from edge.roller.roller import Counting, Roller
from edge.turn import in_turn

NAME = "roller"
KINDS = (Kind.BLOCK, Kind.BASELINE, Kind.CORRECTION)
PAGE = 256
"""Records read at once; at full speed a block is hundreds of samples."""


class RolledJournal(RememberedJournal, Protocol):
    """A journal, as far as the roller needs it."""

    async def append_and_move(
        self,
        bodies: Iterable[tuple[Lane, Body]],
        consumer: str,
        lane: Lane,
        address: Address,
        state: bytes | None = None,
    ) -> tuple[Address, ...]:
        """Append, move the cursor and keep the state, in one transaction."""
        ...


class RollerConsumer:
    """Runs the roller; when it fails it is started again and takes up its cursor.

    It moves its cursor when it has something to append, half-hours apart as a rule:
    what it read since is read again after a restart.
    """

    def __init__(
        self, journal: RolledJournal, history: History, counting: Counting | None = None
    ) -> None:
        self._journal, self._history = journal, history
        self._counting = counting or Counting()
        self._roller: Roller | None = None
        self._cursors: dict[Lane, Address | None] = {}
        self._read = self._closed = self._revised = 0
        self._turning = asyncio.Lock()

    async def run(self) -> None:
        """Roll for ever; raises what the journal or the store raise."""
        await self.start()
        await self.catch_up()
        seen: Address | None = None
        while True:
            seen = await self._journal.wait_committed(seen)
            await self.catch_up()

    async def start(self) -> None:
        """Take up where the last move left it."""
        await self._journal.register(NAME)
        self._cursors = {lane: self._journal.cursor(NAME, lane) for lane in Lane}
        state = self._journal.memory(NAME) or b""
        self._roller = await asyncio.to_thread(
            Roller, self._history, self._counting, state
        )

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Roll nothing meanwhile, then take up anew: what it knew may be erased."""
        async with self._turning:
            yield
            if self._roller is not None:
                await self.start()

    async def catch_up(self) -> None:
        """Roll all that is committed, the present first."""
        while await self._turn(Lane.PRESENT) or await self._turn(Lane.HISTORY):
            pass

    async def _turn(self, lane: Lane) -> bool:
        """Read and roll one page of a lane; tell whether there was any."""
        async with self._turning:
            return await self._rolled(lane)

    async def _rolled(self, lane: Lane) -> bool:
        roller = self._roller
        assert roller is not None  # noqa: S101 - start() comes first
        records = await in_turn(
            self._journal.read, self._cursors[lane], limit=PAGE, lane=lane, kinds=KINDS
        )
        if not records:
            return False
        bodies = await in_turn(_roll, roller, records)
        address = records[-1].address
        if bodies:
            self._roller = None  # should the append fail, start() finds the truth
            await self._journal.append_and_move(
                bodies, NAME, lane, address, roller.state()
            )
            self._roller = roller
            self._count(bodies)
        self._cursors[lane] = address
        self._read += len(records)
        return True

    def _count(self, bodies: list[tuple[Lane, tuple[Interval, ...]]]) -> None:
        for lane, rows in bodies:
            if lane is Lane.PRESENT:
                self._closed += len(rows)
            else:
                self._revised += len(rows)

    def health(self) -> PartHealth:
        """Say how the roller is."""
        return PartHealth(
            name=NAME,
            ok=self._roller is not None,
            counters={
                "records": self._read,
                "closed": self._closed,
                "revised": self._revised,
            },
        )


def _roll(
    roller: Roller, records: list[Record]
) -> list[tuple[Lane, tuple[Interval, ...]]]:
    for record in records:
        roller.take(record)
    return roller.settle() if roller.due else []
