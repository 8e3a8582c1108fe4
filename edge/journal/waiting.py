"""What waits for the writer: samples in runs, bodies, and jobs with their answers."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from edge.journal.held import holding
from edge.journal.log import Log, Work, Writing
from edge.record import Body, Lane
from edge.sample import Sample


@dataclass(frozen=True, slots=True)
class Policy:
    """When to commit, and how much may wait in memory."""

    commit_s: float = 30.0
    samples: int = 2_000
    waiting_bytes: int = 4 << 20
    retry_s: float = 5.0


@dataclass(slots=True)
class Run:
    """Samples that will be one block; with a boot id, they wait for their date."""

    lane: Lane
    samples: list[Sample]
    boot_id: str | None = None

    def entry(self, log: Log) -> Writing:
        """Pack them."""
        if self.boot_id is not None:
            return holding(log, self.samples, self.boot_id)
        return log.block(self.samples, self.lane)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A body that waits its turn."""

    lane: Lane
    body: Body

    def entry(self, log: Log) -> Writing:
        """Encode it."""
        return log.entry(self.body, self.lane)


@dataclass(slots=True)
class Job:
    """Work to be done in the next transaction; refused when that can't be committed.

    `alone`: it may be committed by itself when what waits can't be. `apart`: it is done
    behind the transaction, in none: what SQLite does in none at all.
    """

    work: Work[Any]
    alone: bool = True
    apart: bool = False
    future: Future[Any] = field(default_factory=Future)


@dataclass(slots=True)
class Counters:
    """What the writer did since it started."""

    samples: int = 0
    commits: int = 0
    records: int = 0
    dropped: int = 0
    failures: int = 0


def answer(job: Job, result: Any, error: Exception | None) -> None:
    """Give whoever asked what came of it; nobody may ask any more."""
    if job.future.done() or not job.future.set_running_or_notify_cancel():
        return
    if error is None:
        job.future.set_result(result)
    else:
        job.future.set_exception(error)


def refuse(job: Job, error: Exception) -> None:
    """Tell whoever asked why not, if it was not answered before."""
    if not job.future.done() and job.future.set_running_or_notify_cancel():
        job.future.set_exception(error)
