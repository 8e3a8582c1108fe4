"""The journal as the service sees it: what is committed here is never lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge.errors import DamagedDatabase
from edge.event import Event, EventKind
from edge.health import PartHealth
from edge.journal import cursors, devices, held, pruning, quarantine
from edge.journal.ballast import Ballast
from edge.journal.bodies import Kind, span_of
from edge.journal.cursors import Lag
from edge.journal.database import Connect, SqliteDatabase
from edge.journal.devices import Device
from edge.journal.file import (
    JOURNAL,
    DirectoryLock,
    next_epoch,
    open_file,
    private_directory,
    set_aside,
)
from edge.journal.held import Held, When
from edge.journal.log import Log, Transaction
from edge.journal.quarantine import Quarantined
from edge.journal.reader import Reader
from edge.journal.repair import repair
from edge.journal.salvage import salvage
from edge.journal.writer import Policy, Writer, flush
from edge.record import Address, Baseline, Body, Correction, Lane, Record
from edge.sample import HostInstant, Sample

if TYPE_CHECKING:
    from edge.gate.verdict import Refused

HOME = "home"
"""The meter of events that are of none: the journal's own."""


def wall_ms() -> int:
    """Give the host's wall clock, for what is only shown or kept in order by."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Journal:
    """One data directory's journal, open to write; made by `open`.

    What takes samples never waits. `async` methods return once what they did is
    committed; they raise DiskFull when that can't be done now. What reads blocks for
    as long as the disk takes: call it off the loop.
    """

    directory: Path
    reader: Reader
    set_aside: list[Path] = field(default_factory=list)
    damaged: set[int] = field(default_factory=set)
    _writer: Writer = field(init=False)
    _lock: DirectoryLock = field(init=False)

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
            journal = cls(directory, Reader(path, connect))
            journal._lock = lock
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
        detail = {"set_aside": aside.name, "reason": reason, **counts}
        event = Event(HOME, wall_ms(), EventKind.STORE, detail)
        log.transact([log.entry(event, Lane.PRESENT)])

    def _damaged(self, seq: int) -> None:
        """Have a record whose CRC is wrong set aside, once."""
        if seq not in self.damaged:
            self.damaged.add(seq)
            self._writer.submit(lambda tx: repair(tx, seq))

    async def _do(self, work: Any, *, alone: bool = True) -> Any:
        return await asyncio.wrap_future(self._writer.submit(work, alone=alone))

    # writing

    def add_sample(self, sample: Sample, lane: Lane = Lane.PRESENT) -> None:
        """Take a sample: it is committed by the policy, with what else waits."""
        self._writer.add_sample(sample, lane)

    def hold(self, sample: Sample, seen: HostInstant) -> None:
        """Take a sample that can't be dated yet: it is kept by its boot's clock."""
        self._writer.add_sample(sample, Lane.PRESENT, seen)

    def take(self, body: Body, *, lane: Lane = Lane.PRESENT) -> None:
        """Take a body, behind what its meter said before, as `add` does; never waits."""
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

    async def commit(self) -> Address:
        """Commit all that waits; give the tail. Raises DiskFull: it waits on."""
        address: Address = await self._do(flush, alone=False)
        return address

    async def append(
        self, bodies: Sequence[Body], *, lane: Lane = Lane.PRESENT
    ) -> tuple[Address, ...]:
        """Append bodies, all or none, now; nothing of them waits if this raises."""
        addresses: tuple[Address, ...] = await self._do(
            lambda tx: tuple(tx.append(body, lane) for body in bodies)
        )
        return addresses

    async def append_and_move(
        self,
        bodies: Iterable[tuple[Lane, Body]],
        consumer: str,
        lane: Lane,
        address: Address,
        state: bytes | None = None,
    ) -> tuple[Address, ...]:
        """Append what a consumer made, move its cursor and keep its state: exactly once."""

        def work(tx: Transaction) -> tuple[Address, ...]:
            addresses = tuple(tx.append(body, into) for into, body in bodies)
            cursors.move(tx, consumer, lane, address, state)
            return addresses

        addresses: tuple[Address, ...] = await self._do(work)
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
        self.reader.reset()
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

    # consumers

    def cursor(self, consumer: str, lane: Lane) -> Address | None:
        """Give how far a consumer has come; None when there is no such consumer."""
        with self.reader.view() as view:
            return cursors.position(view.database, consumer, lane)

    def memory(self, consumer: str) -> bytes | None:
        """Give the state that a consumer left with its last move."""
        with self.reader.view() as view:
            return cursors.memory(view.database, consumer)

    def lags(self) -> list[Lag]:
        """Give what each consumer has still to read of each lane."""
        with self.reader.view() as view:
            return cursors.lags(view.database, view.epochs())

    async def register(self, consumer: str) -> None:
        """Make a consumer known: retention waits for it from now on."""
        await self._do(lambda tx: cursors.register(tx, consumer))

    async def move(
        self, consumer: str, lane: Lane, address: Address, state: bytes | None = None
    ) -> None:
        """Move a cursor forward, once what it passes is delivered."""
        await self._do(lambda tx: cursors.move(tx, consumer, lane, address, state))

    async def rewind(self, consumer: str, lane: Lane, address: Address | None) -> None:
        """Set a cursor to any address, None for the start."""
        await self._do(lambda tx: cursors.rewind(tx, consumer, lane, address))

    async def reset(self, consumer: str) -> None:
        """Send a consumer back to the start of both lanes, remembering nothing."""
        await self._do(lambda tx: cursors.reset(tx, consumer))

    async def remove(self, consumer: str) -> None:
        """Forget a consumer: retention waits for it no more."""
        await self._do(lambda tx: cursors.remove(tx, consumer))

    # retention

    async def forget(self, until: Address, *, force: bool = False) -> int:
        """Let go of records up to an address, what is not read by all only by force."""
        count: int = await self._do(lambda tx: pruning.forget(tx, until, force=force))
        return count

    async def keep_within(self, *, days: float, max_bytes: int) -> int:
        """Apply the cap: it wins over a slow consumer, who then reads a gap."""
        oldest_ms = wall_ms() - int(days * 86_400_000)
        count: int = await self._do(
            lambda tx: pruning.keep_within(tx, oldest_ms, max_bytes)
        )
        return count

    def used_bytes(self) -> int:
        """Give what the database holds, the room it keeps for later left out."""
        with self.reader.view() as view:
            return pruning.used_bytes(view.database)

    # what waits for a date

    def held(self) -> list[Held]:
        """Give what waits for a date, as far as it is committed."""
        with self.reader.view() as view:
            return held.held(view.database)

    async def release_held(self, when: When, lane: Lane = Lane.PRESENT) -> int:
        """Append what can be dated now; give how many samples."""
        await self.commit()
        count: int = await self._do(lambda tx: held.release(tx, when, lane))
        return count

    async def abandon_held(self, boot_id: str) -> int:
        """Let go of what no clock can ever date; give how many samples."""
        count: int = await self._do(lambda tx: held.abandon(tx, boot_id))
        return count

    # what the gate refused

    def quarantined(self, *, settled: bool = False) -> list[Quarantined]:
        """Give what waits for the owner's word, or with `settled` all."""
        with self.reader.view() as view:
            return quarantine.quarantined(view.database, settled=settled)

    async def quarantine(self, refused: Sequence[Refused]) -> None:
        """Keep what the gate refused, for the owner to see."""
        await self._do(lambda tx: [quarantine.put(tx, one) for one in refused])

    async def settle_quarantined(
        self, number: int, verdict: str, bodies: Sequence[Body] = ()
    ) -> Quarantined:
        """Note the owner's word, "accepted" or "dismissed", with what follows from it."""

        def work(tx: Transaction) -> Quarantined:
            one = quarantine.settle(tx, number, verdict)
            for body in bodies:
                tx.append(body, Lane.PRESENT)
            return one

        entry: Quarantined = await self._do(work)
        return entry

    # physical meters

    def devices(self, meter: str | None = None) -> list[Device]:
        """Give the devices of a supply point, or of all, oldest first."""
        with self.reader.view() as view:
            return devices.devices(view.database, meter)

    def device(self, meter: str) -> Device | None:
        """Give the device that counts now."""
        with self.reader.view() as view:
            return devices.current(view.database, meter)

    async def see_device(self, meter: str, identifier: str, at_ms: int) -> Device:
        """Note that a device spoke; another than the known one waits to be confirmed."""
        device: Device = await self._do(
            lambda tx: devices.see(tx.database, meter, identifier, at_ms)
        )
        return device

    async def confirm_device(
        self, meter: str, identifier: str, at_ms: int, bodies: Sequence[Body] = ()
    ) -> Device:
        """Take a device as the one that counts, with the baseline that it brings."""

        def work(tx: Transaction) -> Device:
            device = devices.confirm(tx.database, meter, identifier, at_ms)
            for body in bodies:
                tx.append(body, Lane.PRESENT)
            return device

        device: Device = await self._do(work)
        return device

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
