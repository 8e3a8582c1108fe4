"""A writer to be killed: appends a stream that anyone can recompute, and confirms.

Run as `python crash_child.py DIRECTORY SEED`: after each commit it writes one line,
"<epoch> <seq> <samples committed so far>", to its standard output.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.journal import Block, Journal, Policy
from edge.record import Lane
from edge.sample import Sample

BASE_MS = 1_790_000_000_000
COPIER = "copier"


def sample(n: int) -> Sample:
    """Give sample n of the stream."""
    spun = n * 2654435761 % 997
    return Sample(
        "linky",
        BASE_MS + n * 1000,
        {
            "import_total_wh": 10_000_000 + n // 3,
            "apparent_power_va": spun,
            "voltage_l1_v": None if spun % 50 == 0 else 230 + spun % 7,
            "status_register": f"003A{spun % 4:04X}",
        },
    )


def copy_of(block: Block, seq: int) -> Interval:
    """Give what the copier makes of a block, once."""
    return Interval(
        "linky",
        "import_total_wh",
        Step.MIN30,
        block.start_ms,
        block.end_ms,
        value=len(block),
        revision=seq,
    )


async def write(directory: Path, seed: int) -> None:
    """Append for ever, in commits of random size; a consumer copies every block."""
    rng = random.Random(seed)
    policy = Policy(samples=rng.choice((7, 60, 400)))
    journal = Journal.open(directory, policy=policy, ballast_bytes=1 << 20)
    last = journal.last_sample("linky")
    n = 0 if last is None else (last.at_ms - BASE_MS) // 1000 + 1
    await journal.register(COPIER)
    while True:
        for _ in range(rng.choice((1, 5, 33, 300))):
            journal.add_sample(sample(n))
            n += 1
        if rng.random() < 0.1:
            at_ms = BASE_MS + n * 1000
            await journal.add(Event("linky", at_ms, EventKind.TARIFF, {"n": n}))
        address = await journal.commit()
        line = f"{address.epoch} {address.seq} {n}\n"
        os.write(sys.stdout.fileno(), line.encode())
        if rng.random() < 0.3:
            await copy(journal)


async def copy(journal: Journal) -> None:
    """Do what the roller does: read, append what came of it and move, at once."""
    here = journal.cursor(COPIER, Lane.PRESENT)
    records = journal.read(here, limit=20)
    made = [
        (Lane.HISTORY, (copy_of(record.body, record.address.seq),))
        for record in records
        if isinstance(record.body, Block)
    ]
    if records:
        last = records[-1].address
        await journal.append_and_move(made, COPIER, Lane.PRESENT, last)


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), int(sys.argv[2])))
