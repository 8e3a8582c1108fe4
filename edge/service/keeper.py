"""The journal as an intake sees it: everything is taken at once, nothing is awaited.

What needs a transaction of its own runs behind the reader's back; a full disk leaves
it waiting in bounded memory, to be tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from typing import Any
from zoneinfo import ZoneInfo

from edge.contract import Contract
from edge.errors import EdgeError
from edge.gate import Refused
from edge.journal.held import When
from edge.journal.journal import Journal
from edge.record import Body, Lane
from edge.roller.roller import PARIS
from edge.sample import HostInstant, Sample

log = logging.getLogger(__name__)

WAITING_REFUSALS = 1_000


class JournalKeeper:
    """Hands an intake's things to the journal; `settle` waits for what is under way."""

    def __init__(self, journal: Journal, zone: ZoneInfo = PARIS) -> None:
        self._journal = journal
        self._zone = zone
        self._contracts: dict[str, Contract] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._refused: deque[Refused] = deque(maxlen=WAITING_REFUSALS)
        self._committing = False
        self._refusing = False

    def add_sample(self, sample: Sample) -> None:
        """Take a sample: committed by the journal's policy."""
        self._journal.add_sample(sample)
        contract = self._contracts.get(sample.meter)
        if contract is None:
            known = self._journal.facts(sample.meter)
            contract = Contract(sample.meter, self._zone, known)
            self._contracts[sample.meter] = contract
        if facts := contract.of(sample):
            self._start(self._journal.note_facts(facts))

    def hold(self, sample: Sample, seen: HostInstant) -> None:
        """Take a sample that can't be dated yet."""
        self._journal.hold(sample, seen)

    def add(self, body: Body, *, now: bool = False) -> None:
        """Take another body; `now` has it committed at once, with all before it."""
        self._journal.take(body)
        if now and not self._committing:
            self._committing = True
            self._start(self._commit())

    def refuse(self, refused: Refused) -> None:
        """Keep what the gate refused, for the owner to accept or dismiss."""
        self._refused.append(refused)
        if not self._refusing:
            self._refusing = True
            self._start(self._quarantine())

    def fitted(self, meter: str, device: str, at_ms: int) -> None:
        """Note which physical meter speaks."""
        self._start(self._see(meter, device, at_ms))

    def release(self, meter: str, when: When) -> None:
        """Append what was held and can be dated now."""
        del meter  # what was held in this boot has one line of time
        self._start(self._release(when))

    async def room(self) -> None:
        """Wait until there is room for more."""
        await self._journal.room()

    async def settle(self) -> None:
        """Wait for what is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._watch(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except EdgeError as error:
            # A full disk: the writer keeps what it took and comes back to it, and
            # says so in its health; a warning here is for the log's reader.
            log.warning("not committed yet: %s", error)

    async def _commit(self) -> None:
        self._committing = False  # what comes from now on needs a commit of its own
        await self._journal.commit()

    async def _quarantine(self) -> None:
        try:
            while self._refused:
                some = list(self._refused)
                await self._journal.quarantine(some)
                # Those that came meanwhile may have pushed out some that are kept now.
                while self._refused and self._refused[0] in some:
                    self._refused.popleft()
        finally:
            self._refusing = False

    async def _see(self, meter: str, device: str, at_ms: int) -> None:
        await self._journal.see_device(meter, device, at_ms)

    async def _release(self, when: When) -> None:
        # Late by now: what came after it may be committed already.
        await self._journal.release_held(when, Lane.HISTORY)
