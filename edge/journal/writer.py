"""The one writer: a thread that gathers what waits and commits it in groups."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from edge.errors import DamagedDatabase, DiskFull, JournalError
from edge.journal.block import follows
from edge.journal.bodies import Kind, Span, encode
from edge.journal.held import undated
from edge.journal.log import Entry, Log, Outcome, Transaction, Work, Writing
from edge.journal.waiting import Counters, Job, Policy, Run, Waiting, answer, refuse
from edge.record import Address, Body, Lane
from edge.sample import Gap, HostInstant, Sample

__all__ = ["Policy", "Writer", "flush"]

log = logging.getLogger(__name__)

CHUNK_BYTES = 512 * 1024
"""A transaction's share of what waited through a full disk: the WAL must hold it."""
DISK_FULL = "disk_full"
BEAT_S = 5.0


class Writer:
    """Owns the log; everything else reaches it through the queue."""

    def __init__(
        self,
        log: Log,
        policy: Policy,
        *,
        make_space: Callable[[], bool],
        replace: Callable[[Log, DamagedDatabase], Log],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.log, self.policy = log, policy
        self.counters = Counters()
        self.full: DiskFull | None = None
        self.beat_ns = time.monotonic_ns()
        self._make_space, self._replace = make_space, replace
        self._monotonic = monotonic
        self._wake = threading.Condition()
        self._pending: list[Run | Waiting] = []
        self._open: dict[tuple[str, str | None], Run] = {}
        self._count = self._uncounted = 0
        self._since: float | None = None
        self._jobs: list[Job] = []
        self._unwritten: deque[Writing] = deque()
        self._lost: dict[str, tuple[int, int]] = {}
        self._retry_at = 0.0
        self._damage: DamagedDatabase | None = None
        self._closing = False
        self._apart = False
        self._turns: list[Future[None]] = []
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    @property
    def pending(self) -> int:
        """Count the samples that no block holds yet."""
        return self._count

    @property
    def waiting_bytes(self) -> int:
        """Give the size of what is packed and not committed."""
        return sum(one.size for one in tuple(self._unwritten))

    @property
    def waiting_since(self) -> int | None:
        """Give how long the oldest that isn't committed has waited, in ms."""
        since = self._since
        return None if since is None else int((self._monotonic() - since) * 1000)

    def add_sample(
        self, sample: Sample, lane: Lane = Lane.PRESENT, seen: HostInstant | None = None
    ) -> None:
        """Take a sample; with `seen`, one that can't be dated yet. Never waits."""
        boot_id = None if seen is None else seen.boot_id
        if seen is not None:
            sample = undated(sample, seen)
        key = (sample.meter, boot_id)
        with self._wake:
            run = self._open.get(key)
            if run and run.lane is lane and follows(run.samples[-1], sample):
                run.samples.append(sample)
            else:
                run = self._open[key] = Run(lane, [sample], boot_id)
                self._pending.append(run)
                self._waits()
            self._count += 1
            if self._count == self.policy.samples:
                self._wake.notify()

    def add(self, body: Body, lane: Lane, meter: str) -> None:
        """Take a body, behind what its meter said before. Never waits."""
        with self._wake:
            self._open.pop((meter, None), None)
            self._pending.append(Waiting(lane, body))
            self._waits()

    def _waits(self) -> None:
        if self._since is None:
            self._since = self._monotonic()
            self._wake.notify()

    @property
    def busy(self) -> bool:
        """Tell whether it does what takes as long as the file is large."""
        return self._apart

    def submit(
        self, work: Work[Any], *, alone: bool = True, apart: bool = False
    ) -> Future[Any]:
        """Have work done in a transaction, at once, with all that waits.

        `apart`: behind that transaction, in none.
        """
        job = Job(work, alone, apart)
        with self._wake:
            if self._closing:
                raise JournalError("the journal is closed")
            self._jobs.append(job)
            self._wake.notify()
        return job.future

    def turn(self) -> Future[None]:
        """Give what is done once the writer has gone round again."""
        future: Future[None] = Future()
        with self._wake:
            if self._closing:
                raise JournalError("the journal is closed")
            self._turns.append(future)
        return future

    def close(self) -> None:
        """Commit what waits and end; the database stays open for its owner."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _due(self) -> float | None:
        """Give in how many seconds there is something to do; None for nothing yet."""
        if self._jobs or self._closing:
            return 0.0
        if self.full is not None:
            return self._retry_at - self._monotonic()
        if self._since is None:
            return None
        if self._count >= self.policy.samples:
            return 0.0
        return self._since + self.policy.commit_s - self._monotonic()

    def _run(self) -> None:
        while True:
            with self._wake:
                self.beat_ns = time.monotonic_ns()
                due = self._due()
                if due is None or due > 0:
                    self._wake.wait(BEAT_S if due is None else min(due, BEAT_S))
                    continue
                pending, self._pending = self._pending, []
                jobs, self._jobs = self._jobs, []
                self._uncounted += self._count
                self._count = 0
                self._open.clear()
                self._since = None
                closing = self._closing
            self._cycle(pending, jobs)
            with self._wake:
                # taken only now: who asks while a commit goes on must hear of it
                turns, self._turns = self._turns, []
            for future in turns:
                if future.set_running_or_notify_cancel():
                    future.set_result(None)
            if closing:
                self._end()
                return

    def _end(self) -> None:
        with self._wake:
            jobs, turns = self._jobs, self._turns
            self._jobs, self._turns = [], []
        for job in jobs:
            refuse(job, JournalError("the journal is closed"))
        for turn in turns:
            turn.cancel()

    def _cycle(self, pending: list[Run | Waiting], jobs: list[Job]) -> None:
        for one in pending:
            self._pack(one)
        try:
            if self._damage is not None:
                self._begin_anew(self._damage)
            self._write([job for job in jobs if not job.apart])
            self._do_apart([job for job in jobs if job.apart])
        except DamagedDatabase as error:
            log.exception("the journal is damaged")
            self._stand_in(error)
            for job in jobs:
                refuse(job, error)
        except Exception as error:  # the writer must outlive whatever went wrong
            log.exception("the journal could not commit")
            self.counters.failures += 1
            for job in jobs:
                refuse(job, JournalError(f"not committed: {error}"))
            self._fall_back(DiskFull(f"not committed: {error}"))
            if not isinstance(error, JournalError):
                self._single_out()

    def _do_apart(self, jobs: list[Job]) -> None:
        """Do what no transaction may be open for; a refusal is its asker's."""
        self._apart = True
        try:
            for job in jobs:
                here = Transaction(
                    self.log, self.log.database, self.log.last_seq, self.log.wall_ms()
                )
                try:
                    answer(job, job.work(here), None)
                except DamagedDatabase:
                    raise
                except Exception as error:  # noqa: BLE001 - goes back to its asker
                    refuse(job, error)
        finally:
            self._apart = False

    def _pack(self, one: Run | Waiting) -> None:
        """Make ready what came in; leave out what no record can hold, and only that."""
        try:
            self._unwritten.append(one.entry(self.log))
        except Exception:
            if isinstance(one, Run) and len(one.samples) > 1:
                for sample in one.samples:
                    self._pack(Run(one.lane, [sample], one.boot_id))
                return
            log.exception("no record can hold this: it is left out")
            self.counters.failures += 1

    def _single_out(self) -> None:
        """Commit one by one, and leave out what stands in the way of all the others."""
        for one in list(self._unwritten):
            try:
                self.log.transact([one])
            except JournalError:
                return
            except Exception:
                log.exception("this can't be committed: it is left out")
                self.counters.failures += 1
            self._unwritten.remove(one)

    def _stand_in(self, error: DamagedDatabase) -> None:
        """Go on in a new database, with all that was not committed in the old one."""
        self._damage = error
        try:
            self._begin_anew(error)
            self._write([])
        except Exception as second:
            log.exception("no new journal can be made yet")
            self._fall_back(DiskFull(str(second)))

    def _begin_anew(self, error: DamagedDatabase) -> None:
        self.log = self._replace(self.log, error)
        self._damage = None

    def _write(self, jobs: list[Job]) -> None:
        full = self._tried(jobs)
        if full is not None and self._make_space():
            full = self._tried(jobs)
        if full is not None:
            self._fall_back(full)
            for job in jobs:
                self._alone(job)

    def _tried(self, jobs: list[Job]) -> DiskFull | None:
        """Commit, or give why the disk would not have it."""
        try:
            self._commit(jobs)
        except DiskFull as error:
            return error
        return None

    def _fall_back(self, error: DiskFull) -> None:
        """Keep in memory what can't be written, within bounds, and come back to it."""
        if self.full is None:
            log.error("%s", error)
        self.full = error
        self._retry_at = self._monotonic() + self.policy.retry_s
        room = self.policy.waiting_bytes - self.waiting_bytes
        for one in list(self._unwritten):
            if room >= 0:
                break
            if isinstance(one, Entry) and one.kind != Kind.BLOCK:
                continue
            self._drop(one)
            room += one.size
        while room < 0 and self._unwritten:
            one = self._unwritten[0]
            self._drop(one)
            room += one.size

    def _drop(self, one: Writing) -> None:
        self._unwritten.remove(one)
        self.counters.dropped += 1
        if isinstance(one, Entry):
            meter, start_ms, end_ms = one.span
            start, end = self._lost.get(meter, (start_ms, end_ms))
            self._lost[meter] = (min(start, start_ms), max(end, end_ms))

    def _alone(self, job: Job) -> None:
        """Try one job by itself: what makes space must not wait for space."""
        if not job.alone:
            refuse(job, self.full or JournalError("not committed"))
            return
        try:
            (outcome,) = self.log.transact((), (job.work,))
        except (DiskFull, DamagedDatabase) as error:
            refuse(job, error)
        else:
            answer(job, outcome.result, outcome.error)

    def _commit(self, jobs: list[Job]) -> None:
        """Commit all that waits, in chunks, jobs with the last; then answer them."""
        outcomes: list[Outcome] = []
        last = False
        while not last and (self._unwritten or self._lost or jobs):
            chunk = self._chunk()
            last = len(chunk) == len(self._unwritten)
            before = self.log.last_seq
            works = [job.work for job in jobs] if last else []
            outcomes = self.log.transact([*self._gaps(), *chunk], works)
            self._lost.clear()
            for _ in chunk:
                self._unwritten.popleft()
            self.counters.commits += 1
            self.counters.records += self.log.last_seq - before
        self.full = None
        self.counters.samples += self._uncounted
        self._uncounted = 0
        for job, outcome in zip(jobs, outcomes, strict=True):
            answer(job, outcome.result, outcome.error)

    def _chunk(self) -> list[Writing]:
        chunk: list[Writing] = []
        size = 0
        for one in self._unwritten:
            if chunk and size + one.size > CHUNK_BYTES:
                break
            chunk.append(one)
            size += one.size
        return chunk

    def _gaps(self) -> list[Entry]:
        return [
            Entry(
                Kind.GAP,
                0,
                Span(meter, start, end),
                encode(Gap(meter, start, end, DISK_FULL)),
            )
            for meter, (start, end) in self._lost.items()
        ]


def flush(tx: Transaction) -> Address:
    """Do nothing but give the tail: what waited goes with it."""
    return Address(tx.log.epochs.epochs[-1], tx.seq)
