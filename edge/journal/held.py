"""What can't be dated yet: durable at once, appended when it can be dated."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from edge.errors import DamagedRecord
from edge.journal.block import Block
from edge.journal.database import Database
from edge.journal.log import Log, Transaction
from edge.journal.packing import pack
from edge.record import Lane
from edge.sample import HostInstant, Sample

When = Callable[[HostInstant], int | None]
"""Gives the instant of what was held, in ms; None while that can't be told."""


@dataclass(frozen=True, slots=True)
class Held:
    """Samples of one meter waiting for a date, at ms of their boot's clock."""

    number: int
    boot_id: str
    block: Block


@dataclass(frozen=True, slots=True)
class Holding:
    """Samples on their way to the table, already packed."""

    meter: str
    boot_id: str
    start_ms: int
    end_ms: int
    data: bytes

    @property
    def size(self) -> int:
        """Give about how many bytes it holds in memory."""
        return len(self.data) + 200

    def write(self, tx: Transaction) -> None:
        """Write it."""
        tx.database.execute(
            "INSERT INTO held (meter, boot_id, start_ms, end_ms, crc, body)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                self.meter,
                self.boot_id,
                self.start_ms,
                self.end_ms,
                zlib.crc32(self.data),
                self.data,
            ),
        )


def undated(sample: Sample, seen: HostInstant) -> Sample:
    """Put the monotonic clock in place of an instant that is only a guess."""
    return replace(sample, at_ms=seen.monotonic_ns // 1_000_000)


def holding(log: Log, samples: Sequence[Sample], boot_id: str) -> Holding:
    """Pack undated samples of one run."""
    first, last = samples[0], samples[-1]
    data = pack(samples, log.number)
    return Holding(first.meter, boot_id, first.at_ms, last.at_ms + 1, data)


def held(database: Database) -> list[Held]:
    """Give what waits for a date, in the order of its arrival."""
    rows = database.execute("SELECT number, name FROM name")
    names: dict[int, str] = {row[0]: row[1] for row in rows}
    rows = database.execute(
        "SELECT number, boot_id, meter, start_ms, end_ms, body FROM held"
        " ORDER BY number"
    )
    return [
        Held(number, boot_id, Block(meter, start_ms, end_ms, body, names))
        for number, boot_id, meter, start_ms, end_ms, body in rows
    ]


def release(tx: Transaction, when: When, lane: Lane) -> int:
    """Append what can be dated now, and hold it no more; give how many samples.

    A block goes whole or stays whole: its samples are of one boot.
    """
    count = 0
    for one in held(tx.database):
        dated = _dated(one, when)
        if dated is None:
            continue
        for run in Block.runs(dated):
            tx.log.block(run, lane).write(tx)
        tx.database.execute("DELETE FROM held WHERE number = ?", (one.number,))
        count += len(dated)
    return count


def _dated(one: Held, when: When) -> list[Sample] | None:
    try:
        samples = one.block.samples()
    except DamagedRecord:
        return None  # it stays where it is, for the owner to see
    dated = []
    for sample in samples:
        seen = HostInstant(
            sample.at_ms,
            sample.at_ms * 1_000_000,
            synchronised=False,
            boot_id=one.boot_id,
        )
        at_ms = when(seen)
        if at_ms is None:
            return None
        dated.append(replace(sample, at_ms=at_ms))
    return dated


def abandon(tx: Transaction, boot_id: str) -> int:
    """Let go of what a boot left and no clock can ever date; give how many samples."""
    blocks = [one for one in held(tx.database) if one.boot_id == boot_id]
    for one in blocks:
        tx.database.execute("DELETE FROM held WHERE number = ?", (one.number,))
    return sum(len(one.block) for one in blocks)
