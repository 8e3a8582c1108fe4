"""The journal as erasure needs it: tombstones first, the work, then a clean file."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from edge.errors import DiskFull, EdgeError, JournalError
from edge.interval import Step
from edge.journal import erased, erased_file, erasing, thinning
from edge.journal.door import Door
from edge.journal.erased import Erased, Tombstones
from edge.journal.erasing import ERASED, Sift
from edge.journal.log import Transaction
from edge.journal.place import Place
from edge.record import Lane
from edge.sample import Gap

RECORDS = 50
"""Records taken in one transaction: the meters' readings wait for that long."""


class ErasingDoor(Door):
    """Has what the owner erases taken out, piece by piece, between what comes in."""

    _place: Place

    def erased(self) -> list[Erased]:
        """Give every tombstone, oldest first; blocks."""
        with self.reader.view() as view:
            return erased.read(view.database)

    async def bury(self, stones: Sequence[Erased]) -> list[int]:
        """Note what is erased, durably: nothing of it is written from now on.

        Gives the tombstones' numbers.
        """

        def work(tx: Transaction) -> list[int]:
            numbers = erased.put(tx.database, stones)
            known = [*tx.log.erased.stones, *stones]
            tx.log.erased = Tombstones(known)  # in force for what waits behind this
            return numbers

        try:
            numbers: list[int] = await self._do(work)
        except BaseException:  # not committed: nothing is erased
            with suppress(JournalError):
                await self._do(lambda tx: tx.log.obey())
            raise
        with suppress(EdgeError):  # it stands; the next start notes it, too
            await self._do(self._note_beside)
        return numbers

    def _note_beside(self, tx: Transaction) -> None:
        """Note it a second time, in the writer's turn: the later of two is last."""
        erased_file.write(self._place.directory, erased.read(tx.database))

    async def note_erased(self, stone: Erased, *, told: bool = False) -> None:
        """Note how far an erasure has come; `told`: its readers hear that it is."""

        def work(tx: Transaction) -> None:
            erased.note(tx.database, stone)
            if told:
                gap = Gap(stone.meter, stone.start_ms, stone.end_ms, ERASED)
                tx.append(gap, Lane.HISTORY)

        await self._do(work)

    def met_by(self, stone: Erased) -> list[int]:
        """Find the records that speak of what is erased; blocks, reads all."""
        with self.reader.view() as view:
            return erasing.met(view.database, stone)

    async def erase(
        self,
        stone: Erased,
        sift: Sift,
        memories: Mapping[str, Callable[[bytes], bytes]],
    ) -> int:
        """Take out what is erased; give how many records and rows were changed."""
        await self.commit()
        seqs = await asyncio.to_thread(self.met_by, stone)
        changed = 0
        for at in range(0, len(seqs), RECORDS):
            some = seqs[at : at + RECORDS]
            changed += await self._do(
                lambda tx, some=some: erasing.erase_records(tx, stone, some)  # type: ignore[misc]
            )

        def beside(tx: Transaction) -> int:
            for consumer, change in memories.items():
                erasing.sift_memory(tx, consumer, change)
            return erasing.erase_beside(tx, stone, sift)

        changed += await self._do(beside)
        return changed

    async def thin(self, meter: str, step: Step, before_ms: int) -> int:
        """Let go of a meter's rows of a step that ended by then; give the records."""

        def look() -> list[int]:
            with self.reader.view() as view:
                return thinning.old(view.database, meter, before_ms)

        seqs = await asyncio.to_thread(look)
        changed = 0
        for at in range(0, len(seqs), RECORDS):
            some = seqs[at : at + RECORDS]
            changed += await self._do(
                lambda tx, some=some: thinning.thin(tx, meter, step, before_ms, some)  # type: ignore[misc]
            )
        return changed

    async def clean(self) -> None:
        """Write the file anew: what was let go is nowhere in it; raise JournalError.

        SQLite keeps what it let go in pages that are free, and in its log.
        """
        size = self._place.path.stat().st_size
        room = shutil.disk_usage(self._place.directory).free
        if room < 2 * size:
            raise DiskFull(
                "the journal can't be written anew: the disk lacks room",
                hint=f"make {(2 * size - room) >> 20} MiB of it: it is tried again",
            )

        def work(tx: Transaction) -> None:
            tx.database.execute("VACUUM")
            ((busy, *_),) = tx.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if busy:
                raise JournalError("someone reads the journal: it is tried again")

        await self._do(work, apart=True)
