"""The journal as the service sees it: what is committed here is never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from edge.errors import DamagedDatabase
from edge.event import Event, EventKind
from edge.health import PartHealth
from edge.journal.ballast import Ballast
from edge.journal.bodies import Kind, span_of
from edge.journal.consumer_door import ConsumerDoor
from edge.journal.database import Connect, SqliteDatabase
from edge.journal.file import (
    JOURNAL,
    DirectoryLock,
    next_epoch,
    open_file,
    private_directory,
    set_aside,
    wall_ms,
)
from edge.journal.log import Log
from edge.journal.owner_door import OwnerDoor
from edge.journal.reader import Reader
from edge.journal.repair import repair
from edge.journal.salvage import salvage
from edge.journal.writer import Policy, Writer
from edge.record import Address, Baseline, Body, Correction, Lane, Record
from edge.sample import HostInstant, Sample, Value

HOME = "home"
"""The meter of events that are of none: the journal's own."""


class Journal(ConsumerDoor, OwnerDoor):
    """One data directory's journal, open to write; made by `open`.

    What takes samples never waits. `async` methods return once what they did is
    committed; they raise DiskFull when that can't be done now. What reads blocks for
    as long as the disk takes: call it off the loop.
    """

    def __init__(self, directory: Path, reader: Reader, lock: DirectoryLock) -> None:
        self.directory, self.reader, self._lock = directory, reader, lock
        self.set_aside: list[Path] = []
        self.damaged: set[int] = set()

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        policy: Policy | None = None,
        connect: Connect = SqliteDatabase,
        ballast_bytes: int | None = None,
    ) -> Journal:
        """Open a data directory's journal, made when there is none, for this process.

        Raises AlreadyRunning, NewerSchema, DiskFull, or JournalError when the
        directory can't be used. A damaged database is set aside, and a new one begun.
        """
        private_directory(directory)
        path = directory / JOURNAL
        lock = DirectoryLock(directory)
        try:
            journal = cls(directory, Reader(path, connect), lock)
            journal._begin(connect, policy or Policy(), ballast_bytes)
        except BaseException:
            lock.release()
            raise
        return journal

    def _begin(
        self, connect: Connect, policy: Policy, ballast_bytes: int | None
    ) -> None:
        path = self.directory / JOURNAL
        ballast = (
            Ballast(self.directory)
            if ballast_bytes is None
            else Ballast(self.directory, ballast_bytes)
        )

        def load(before: Log | None) -> Log:
            opened = open_file(path, connect, wall_ms())
            log = Log.load(
                opened.database,
                wall_ms,
                lambda known: next_epoch(self.directory, known, wall_ms()),
                before,
            )
            if opened.set_aside is not None:
                self._tell(log, opened.set_aside, opened.reason, connect)
            return log

        def replace(before: Log, error: DamagedDatabase) -> Log:
            before.database.close()
            self.reader.reset()
            aside = set_aside(path, wall_ms())
            log = load(before)
            self._tell(log, aside, str(error), connect)
            return log

        self._writer = Writer(
            load(None), policy, make_space=ballast.release, replace=replace
        )
        self.reader.damaged = self._damaged
        ballast.make()
        self._writer.start()

    def _tell(self, log: Log, aside: Path, reason: str, connect: Connect) -> None:
        """Name what was set aside, and take over from it what can still be read."""
        self.set_aside.append(aside)
        counts = salvage(log, aside, connect)
        detail: dict[str, Value] = {"set_aside": aside.name, "reason": reason, **counts}
        event = Event(HOME, wall_ms(), EventKind.STORE, detail)
        log.transact([log.entry(event, Lane.PRESENT)])

    def _damaged(self, seq: int) -> None:
        """Have a record whose CRC is wrong set aside, once."""
        if seq not in self.damaged:
            self.damaged.add(seq)
            self._writer.submit(lambda tx: repair(tx, seq))

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
        """Give the monotonic instant when the writer last turned, for the watchdog."""
        return self._writer.beat_ns

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
