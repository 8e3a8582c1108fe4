"""A simulated day through roller and store: time a sample, and bytes written."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.table import Row, render
from edge.facts import Fact
from edge.interval import Interval
from edge.journal.block import Block
from edge.reads import Reads
from edge.record import Address, Body, Lane, Record
from edge.roller import Roller
from edge.sample import Sample, Value
from edge.stores.sqlite import SqliteStore

METER = "linky"
FRAMES, FRAME_MS, BLOCK = 95_000, 909, 33
START_MS = 1_782_770_400_000  # a midnight in Paris
EVERY = 110
"""Blocks a projection: an hour's."""


class Memory:
    """A journal in memory: what it costs is measured elsewhere."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def append(self, lane: Lane, body: Body, start_ms: int, end_ms: int) -> Record:
        """Keep a body."""
        address = Address(1, len(self.records) + 1)
        record = Record(address, lane, METER, start_ms, end_ms, body)
        self.records.append(record)
        return record

    def facts(self, meter: str, start_ms: int, end_ms: int) -> list[Fact]:
        """Give nothing."""
        del meter, start_ms, end_ms
        return []

    def read(self, after: Address | None = None, *, limit: int = 256) -> list[Record]:
        """Give what is behind an address."""
        seq = 0 if after is None else after.seq
        return self.records[seq : seq + limit]

    def last_sample(self, meter: str) -> Sample | None:
        """Give nothing."""
        del meter
        return None


def day(size: int = BLOCK) -> Iterator[Block]:
    """Give a day of a standard-mode meter: 15 registers never move, 6 do all day."""
    chance = np.random.default_rng(3)
    power = np.clip(chance.integers(-25, 26, FRAMES).cumsum() + 900, 80, 9000)
    power[chance.random(FRAMES) < 0.4] = 450  # a reading often repeats the one before
    total = 10_000_000 + np.maximum(power, 80).cumsum() * FRAME_MS // 3_600_000
    fixed: dict[str, Value] = {f"import_tariff{n:02}_wh": 0 for n in range(3, 11)}
    fixed |= {f"import_distributor{n:02}_wh": 0 for n in range(2, 5)}
    fixed |= {f"reactive_q{n}_varh": 0 for n in range(1, 5)}
    fixed |= {"subscribed_power_kva": 9, "tariff_option": "HEURES PLEINES/CREUSES"}
    volts = 230 + chance.integers(-1, 2, FRAMES // 4 + 1).repeat(4)
    for at in range(0, FRAMES, size):
        samples = []
        for i in range(at, min(at + size, FRAMES)):
            cheap = i * 24 // FRAMES < 7
            wh, va = int(total[i]), int(power[i])
            night = min(wh, int(total[FRAMES * 7 // 24])) - 10_000_000
            values: dict[str, Value] = {
                **fixed,
                "import_total_wh": wh,
                "import_tariff01_wh": night,
                "import_tariff02_wh": wh - night,
                "import_distributor01_wh": wh,
                "apparent_power_va": va,
                "current_l1_a": va // 230,
                "voltage_l1_v": int(volts[i]),
                "voltage_mean_l1_v": 230 + i // 660 % 2,
                "tariff_period": "HC" if cheap else "HP",
            }
            samples.append(Sample(METER, START_MS + i * FRAME_MS, values))
        yield Block.of(samples)


def written_bytes() -> int:
    """Give what this process has had written to disks."""
    for line in Path("/proc/self/io").read_text().splitlines():
        if line.startswith("write_bytes"):
            return int(line.split()[1])
    return 0


def measure(every: int = EVERY, size: int = BLOCK) -> list[Row]:
    """Roll and project a day of live blocks, a projection each `every` blocks."""
    blocks = list(day(size))
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as directory:
        journal = Memory()
        store = SqliteStore(Path(directory) / "store.db")
        roller = Roller(Reads(store, journal))
        rolling = projecting = 0.0
        before = written_bytes()
        count = 0
        for n, block in enumerate(blocks, 1):
            record = journal.append(Lane.PRESENT, block, block.start_ms, block.end_ms)
            start = time.perf_counter()
            roller.take(record)
            bodies: list[tuple[Lane, tuple[Interval, ...]]] = (
                roller.settle() if roller.due else []
            )
            rolling += time.perf_counter() - start
            for lane, rows in bodies:
                count += len(rows)
                journal.append(lane, rows, rows[0].start_ms, rows[-1].end_ms)
            if n % every == 0 or n == len(blocks):
                start = time.perf_counter()
                store.project(journal.read(store.cursor(), limit=1 << 20))
                projecting += time.perf_counter() - start
        kept = store.health().bytes_on_disk or 0
        store.close()
        wrote = written_bytes() - before
    hours = f"a projection each {every * size * FRAME_MS / 3_600_000:.1f} h"
    return [
        Row(
            f"roll, blocks of {size} samples",
            1e6 * rolling / FRAMES,
            "µs/sample",
            5,
            at_least=False,
        ),
        Row(
            "project into SQLite",
            1e6 * projecting / FRAMES,
            "µs/sample",
            5,
            at_least=False,
        ),
        Row("interval rows a day", count, "rows"),
        Row("store, bytes written a day", wrote / 1e6, "MB", beside=hours),
        Row("store, a day's size", kept / 1e6, "MB", beside="file and WAL"),
    ]


if __name__ == "__main__":
    print(render([*measure(), *measure(EVERY // 4), *measure(4, 990)]))
