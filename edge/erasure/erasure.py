"""Erasure: tombstones first, durable; then the work, place by place; then it is done.

Cut off anywhere, it goes on at the next start: a tombstone says which places are left,
and to erase twice is to erase once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from edge.calendar import HALF_HOUR_MS
from edge.erasure.place import Place
from edge.errors import EdgeError
from edge.health import PartHealth
from edge.journal.erased import Erased
from edge.journal.journal import Journal

log = logging.getLogger(__name__)

NAME = "erasure"
FIRST_AGAIN_S, LAST_AGAIN_S = 5.0, 300.0
"""How long a place that could not be reached is left alone, ever longer."""


def stones_of(
    meters: Iterable[str], start_ms: int, end_ms: int, now_ms: int
) -> list[Erased]:
    """Give a period's tombstones: whole half-hours, nothing that is still to come."""
    start_ms = max(0, start_ms // HALF_HOUR_MS * HALF_HOUR_MS)
    end_ms = min(-(end_ms // -HALF_HOUR_MS) * HALF_HOUR_MS, now_ms)
    if start_ms >= end_ms:
        return []
    return [Erased(0, one, start_ms, end_ms, now_ms) for one in meters]


@dataclass(slots=True)
class Erasure:
    """Erases at one home, in the order of its places."""

    journal: Journal
    places: Sequence[Place]
    now_ms: Callable[[], int]
    meters: Callable[[], Sequence[str]]
    """The meters that anything is known of; blocks."""
    prove: Callable[[Erased], None] = lambda _stone: None
    """Told of each erasure that is finished; blocks."""
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _looked: asyncio.Event = field(default_factory=asyncio.Event)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waits: str = ""

    async def preview(self, stones: Sequence[Erased]) -> dict[str, int | str]:
        """Say how much each place would let go, or why it can't say; change nothing."""
        told: dict[str, int | str] = {}
        for place in self.places:
            try:
                told[place.name] = sum([await place.count(stone) for stone in stones])
            except EdgeError as error:
                told[place.name] = str(error)
        return told

    async def begin(self, stones: Sequence[Erased]) -> list[int]:
        """Note durably what is to go; give the tombstones' numbers. `run` does it."""
        numbers = await self.journal.bury(stones)
        self._asked.set()
        return numbers

    async def run(self) -> None:
        """Finish what was begun, now and whenever more is asked, for ever."""
        again_s = FIRST_AGAIN_S
        while True:
            self._asked.clear()
            try:
                waits = await self.work()
            finally:
                self._looked.set()
            try:
                async with asyncio.timeout(again_s if waits else None):
                    await self._asked.wait()
                again_s = FIRST_AGAIN_S
            except TimeoutError:
                again_s = min(2 * again_s, LAST_AGAIN_S)

    async def looked(self) -> None:
        """Wait until what a cut left is erased, where it can be.

        Whoever answers, or tells others, waits for it: nothing half erased is shown.
        """
        await self._looked.wait()

    async def work(self) -> bool:
        """Erase what isn't erased yet; tell whether a place must be asked again."""
        async with self._one:
            stones = await asyncio.to_thread(self.journal.erased)
            pending = [one for one in stones if one.finished_ms is None]
            waits = []
            for place in self.places:
                left = [one for one in pending if _left(one, place)]
                if not left:
                    continue
                told = await self._at(place, left)
                waits += [word for word in told.values() if isinstance(word, str)]
                pending = [
                    replace(one, places={**one.places, place.name: told[one.number]})
                    if one.number in told
                    else one
                    for one in pending
                ]
                for one in pending:
                    if one.number in told:
                        await self.journal.note_erased(one)
            await self._finish(pending)
            self._waits = "; ".join(dict.fromkeys(waits))
            return bool(waits)

    async def _at(self, place: Place, stones: Sequence[Erased]) -> dict[int, int | str]:
        """Have one place erase; give how much went, or why it must wait."""
        told: dict[int, int | str] = {}
        try:
            for stone in stones:
                told[stone.number] = await place.erase(stone)
            await place.clean()
        except EdgeError as error:
            log.warning("erasure: %s: %s", place.name, error)
            return {stone.number: str(error) for stone in stones}
        return told

    async def _finish(self, stones: Sequence[Erased]) -> None:
        for one in stones:
            if all(not _left(one, place) for place in self.places):
                done = replace(one, finished_ms=self.now_ms())
                try:
                    await asyncio.to_thread(self.prove, done)
                except EdgeError as error:  # the readings are gone all the same
                    log.warning("erasure: no proof of it is kept: %s", error)
                await self.journal.note_erased(done, told=True)

    def health(self) -> PartHealth:
        """Say whether something waits to be erased, and why."""
        return PartHealth(name=NAME, ok=not self._waits, detail=self._waits)


def _left(stone: Erased, place: Place) -> bool:
    return not isinstance(stone.places.get(place.name), int)
