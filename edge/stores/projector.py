"""The projector: the store's consumer, lazy since each page written wears a card."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from edge.health import PartHealth
from edge.journal.followed import MovedJournal
from edge.record import Address, Lane
from edge.stores.protocol import Store
from edge.turn import in_turn

NAME = "store"
PAGE = 500
EVERY_S = 3600.0
"""Measured (bench/projection.py): an hour's chunk is then written once, whole."""
FULL = 3000
"""Records that wait at most, however young: the tail is held in memory."""


class Projector:
    """Copies the journal into a store, each `every_s`, or sooner when much waits.

    The store's own cursor, written with what it covers, is the truth; the journal's
    follows it, so that retention knows.
    """

    def __init__(
        self,
        journal: MovedJournal,
        store: Store,
        *,
        every_s: float = EVERY_S,
        full: int = FULL,
        now: Callable[[], float] | None = None,
    ) -> None:
        self._journal, self._store = journal, store
        self._every_s, self._full = every_s, full
        self._now = now or (lambda: asyncio.get_running_loop().time())
        self._projected = self._rounds = 0
        self.near = asyncio.Event()
        """Set once the store is no further behind than what is held of the journal."""

    async def run(self) -> None:
        """Project for ever; raises what the journal or the store raise."""
        await self._journal.register(NAME)
        if await self._waiting(self._journal.tail) <= self._full:
            self.near.set()
        await self.project()
        self.near.set()
        last, seen = self._now(), await asyncio.to_thread(self._store.cursor)
        while True:
            seen = await self._journal.wait_committed(seen)
            waiting = await self._waiting(seen)
            if waiting >= self._full or self._now() - last >= self._every_s:
                await self.project()
                last = self._now()

    async def _waiting(self, tail: Address) -> int:
        """Count the records up to the journal's end that the store hasn't."""
        cursor = await asyncio.to_thread(self._store.cursor)
        far = cursor is None or tail.epoch != cursor.epoch
        return tail.seq - (0 if far or cursor is None else cursor.seq)

    async def project(self) -> None:
        """Project all that is committed, page by page off the loop."""
        last: Address | None = None
        while (page := await in_turn(self._page)) is not None:
            last = page
        if last is not None:
            for lane in Lane:
                await self._journal.move(NAME, lane, last)
            self._rounds += 1

    async def rebuild(self) -> None:
        """Project the whole journal again, over what the store has; nothing is lost.

        What the journal no longer has stays as the store has it.
        """
        await asyncio.to_thread(self._store.rewind)
        await self.project()

    def _page(self) -> Address | None:
        records = self._journal.read(self._store.cursor(), limit=PAGE)
        if not records:
            return None
        self._store.project(records)
        self._projected += len(records)
        return records[-1].address

    def health(self) -> PartHealth:
        """Say how the store is, and what was projected."""
        store = self._store.health()
        return PartHealth(
            name=NAME,
            ok=store.answers,
            counters={"projected": self._projected, "rounds": self._rounds},
            gauges={"bytes": store.bytes_on_disk or 0},
            detail=store.detail,
        )
