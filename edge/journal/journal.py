"""The journal as the service sees it: what is committed here is never lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from edge.errors import DamagedDatabase, JournalError
from edge.health import PartHealth
from edge.journal import switching
from edge.journal.ballast import BALLAST_BYTES, Ballast
from edge.journal.bodies import Kind, span_of
from edge.journal.consumer_door import ConsumerDoor
from edge.journal.database import Connect, LoneDatabase
from edge.journal.erasing_door import ErasingDoor
from edge.journal.file import DirectoryLock, private_directory
from edge.journal.log import Log, Transaction
from edge.journal.owner_door import OwnerDoor
from edge.journal.place import HOME, Place
from edge.journal.reader import Reader
from edge.journal.repair import repair
from edge.journal.writer import Policy, Writer
from edge.record import Address, Baseline, Body, Correction, Lane, Record
from edge.sample import HostInstant, Sample

__all__ = ["HOME", "Journal"]


class Journal(ConsumerDoor, OwnerDoor, ErasingDoor):
    """One data directory's journal, open to write; made by `open`.

    What takes samples never waits. `async` methods return once what they did is
    committed; they raise DiskFull when that can't be done now. What reads blocks for
    as long as the disk takes: call it off the loop.
    """

    def __init__(self, place: Place, lock: DirectoryLock, policy: Policy) -> None:
        self._place, self._lock = place, lock
        self.damaged: set[int] = set()
        self.reader = Reader(place.path, place.connect, self._damaged, self._broken)
        log = place.load()
        self._writer = Writer(
            log, policy, make_space=place.ballast.release, replace=self._replace
        )
        place.ballast.make()
        self._writer.start()

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        policy: Policy | None = None,
        connect: Connect = LoneDatabase,
        ballast_bytes: int = BALLAST_BYTES,
    ) -> Journal:
        """Open a data directory's journal, made when there is none, for this process.

        Raises AlreadyRunning, NewerSchema, DiskFull, or JournalError when the
        directory can't be used. A damaged database is set aside, and a new one begun.
        A restore that was cut off is finished first.
        """
        private_directory(directory)
        lock = DirectoryLock(directory)
        try:
            switching.finish(directory)
            place = Place(directory, connect, Ballast(directory, ballast_bytes))
            return cls(place, lock, policy or Policy())
        except BaseException:
            lock.release()
            raise

    def _replace(self, before: Log, error: DamagedDatabase) -> Log:
        self.reader.reset()
        return self._place.replace(before, error)

    def _damaged(self, seq: int) -> None:
        """Have a record whose CRC is wrong set aside, once."""
        if seq not in self.damaged:
            self.damaged.add(seq)
            with suppress(JournalError):  # closed: the next start finds it again
                self._writer.submit(lambda tx: repair(tx, seq))

    def _broken(self, error: DamagedDatabase) -> None:
        """Have the database set aside: a reader found a page that isn't one, twice."""
        log = self._writer.log

        def give_up(tx: Transaction) -> None:
            if tx.log is log:  # and not the one that stands in for it already
                raise error

        with suppress(JournalError):
            self._writer.submit(give_up)

    @property
    def directory(self) -> Path:
        """Give the data directory."""
        return self._place.directory

    @property
    def set_aside(self) -> list[Path]:
        """Give the damaged databases set aside since the start."""
        return self._place.set_aside

    # writing

    def add_sample(self, sample: Sample, lane: Lane = Lane.PRESENT) -> None:
        """Take a sample: it is committed by the policy, with what else waits."""
        self._writer.add_sample(sample, lane)

    def hold(self, sample: Sample, seen: HostInstant) -> None:
        """Take a sample that can't be dated yet: it is kept by its boot's clock."""
        self._writer.add_sample(sample, Lane.PRESENT, seen)

    def take(self, body: Body, *, lane: Lane = Lane.PRESENT) -> None:
        """Take a body as `add` does, behind what its meter said before; never waits."""
        self._writer.add(body, lane, span_of(body).meter)

    async def add(
        self, body: Body, *, lane: Lane = Lane.PRESENT, now: bool = False
    ) -> Address | None:
        """Take a body, which stays until it is committed, through a full disk too.

        With `now`, wait until it is and give an address at or behind it; DiskFull
        then says that it still waits. Raises ValueError on what no record can hold.
        """
        self.take(body, lane=lane)
        return await self.commit() if now else None

    async def append(
        self, bodies: Sequence[Body], *, lane: Lane = Lane.PRESENT
    ) -> tuple[Address, ...]:
        """Append bodies, all or none, now; nothing of them waits if this raises."""
        addresses: tuple[Address, ...] = await self._do(
            lambda tx: tuple(tx.append(body, lane) for body in bodies)
        )
        return addresses

    async def room(self) -> None:
        """Wait while more samples wait than the writer keeps up with (replay)."""
        writer = self._writer
        while writer.pending >= 2 * writer.policy.samples and writer.full is None:
            await asyncio.wrap_future(writer.turn())

    async def wait_committed(self, after: Address | None) -> Address:
        """Wait for a record behind an address; give the tail."""
        while True:
            turn = self._writer.turn()
            tail = self.tail
            if tail.seq and (after is None or tail > after):
                turn.cancel()
                return tail
            await asyncio.wrap_future(turn)

    def close(self) -> None:
        """Commit what waits, let go of files and of the directory."""
        self._writer.close()
        # SQLite folds the WAL in when the last connection closes, if that one may write
        self.reader.reset()
        self._writer.log.database.close()
        self._lock.release()

    # reading

    @property
    def tail(self) -> Address:
        """Give the address of the last record committed; its seq is 0 for none."""
        return self._writer.log.tail

    def read(
        self,
        after: Address | None = None,
        *,
        limit: int = 256,
        lane: Lane | None = None,
        kinds: Iterable[Kind] | None = None,
        meter: str | None = None,
    ) -> list[Record]:
        """Give the records behind an address, in order, at most `limit`."""
        return self.reader.read(after, limit=limit, lane=lane, kinds=kinds, meter=meter)

    def last_sample(self, meter: str) -> Sample | None:
        """Give the last sample of a meter; None when it never spoke."""
        return self.reader.last_sample(meter)

    def baselines(self, meter: str) -> list[Baseline]:
        """Give a meter's baselines, oldest record first; retention spares them."""
        found = self.read(kinds=[Kind.BASELINE], meter=meter, limit=100_000)
        return [r.body for r in found if isinstance(r.body, Baseline)]

    def corrections(self, meter: str) -> list[Correction]:
        """Give a meter's corrections, oldest record first; retention spares them."""
        found = self.read(kinds=[Kind.CORRECTION], meter=meter, limit=100_000)
        return [r.body for r in found if isinstance(r.body, Correction)]

    # how it is

    @property
    def full(self) -> bool:
        """Tell whether the disk takes nothing now."""
        return self._writer.full is not None

    @property
    def beat_ns(self) -> int:
        """Give the monotonic instant when the writer last turned, for the watchdog.

        A file that is written anew takes as long as it takes.
        """
        writer = self._writer
        return time.monotonic_ns() if writer.busy else writer.beat_ns

    def health(self) -> PartHealth:
        """Say how the journal is, without raising."""
        writer, counters = self._writer, self._writer.counters
        since = writer.waiting_since
        return PartHealth(
            name="journal",
            ok=writer.full is None,
            counters={
                "accepted": counters.samples,
                "records": counters.records,
                "commits": counters.commits,
                "dropped": counters.dropped,
                "failures": counters.failures,
                "damaged": len(self.damaged),
                "set_aside": len(self.set_aside),
            },
            gauges={"pending": writer.pending, "waiting_bytes": writer.waiting_bytes},
            oldest_age_ms=since,
            detail="" if writer.full is None else str(writer.full),
        )
