"""Queries of the embedded store: three years of half-hours, with and without raw."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import orjson

from bench.table import Row, render
from edge.calendar import DAY_MS, HOUR_MS, Calendar
from edge.facts import Fact
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.reads import Reads
from edge.record import Address, Lane, Record
from edge.sample import Sample
from edge.stores.sqlite import SqliteStore

METER = "linky"
TOTAL, POWER, TARIFF = "import_total_wh", "apparent_power_va", "import_tariff05_wh"
START_MS = 1_609_455_600_000  # 1 January 2021, 00:00 in Paris
STEPS = (Step.MIN30, Step.HOUR, Step.DAY, Step.MONTH, Step.YEAR)
EVERYTHING = 1 << 50


class NoTail:
    """A journal whose every record has been projected."""

    def read(self, after: Address | None = None, *, limit: int = 256) -> list[Record]:
        """Give nothing."""
        del after, limit
        return []

    def last_sample(self, meter: str) -> Sample | None:
        """Give nothing."""
        del meter
        return None

    def facts(self, meter: str, start_ms: int, end_ms: int) -> list[Fact]:
        """Give nothing."""
        del meter, start_ms, end_ms
        return []


def rows(step: Step, years: int) -> Iterator[Interval]:
    """Give three registers' rows, one of them an index that stands still."""
    calendar = Calendar()
    edges = calendar.boundaries(step, START_MS, START_MS + years * 366 * DAY_MS)
    chance = random.Random(1)
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        amount, mean = chance.randint(40, 2000), chance.random() * 4000
        yield Interval(METER, TOTAL, step, start, end, amount)
        yield Interval(METER, TARIFF, step, start, end, 0)
        yield Interval(
            METER, POWER, step, start, end, round(mean), 60, mean, 9000, coverage=0.998
        )


def fill(store: SqliteStore) -> None:
    """Project three years of half-hours and ten of the coarser steps."""
    seq = 0
    for step in STEPS:
        many = tuple(rows(step, 3 if step is Step.MIN30 else 10))
        for at in range(0, len(many), 20_000):
            body, seq = many[at : at + 20_000], seq + 1
            span = (body[0].start_ms, body[-1].end_ms)
            address = Address(1, seq)
            store.project([Record(address, Lane.PRESENT, METER, *span, body)])


def fill_raw(store: SqliteStore, days: int) -> None:
    """Project days of a meter that speaks each second."""
    chance = np.random.default_rng(2)
    at, total = START_MS, 10_000_000
    for hour in range(days * 24):
        power = np.clip(chance.integers(-30, 31, 3600).cumsum() + 800, 60, 9000)
        counted = total + (power.cumsum() // 3600)
        total = int(counted[-1])
        samples = [
            Sample(METER, at + 1000 * i, {TOTAL: wh, POWER: va})
            for i, (wh, va) in enumerate(
                zip(counted.tolist(), power.tolist(), strict=True)
            )
        ]
        block, address = Block.of(samples), Address(2, hour + 1)
        span = (block.start_ms, block.end_ms)
        store.project([Record(address, Lane.PRESENT, METER, *span, block)])
        at += HOUR_MS


def best(work: Callable[[], object], times: int = 7) -> float:
    """Give the best of several runs, in ms."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1000 * min(taken)


def rendered(reads: Reads, register: str, step: Step) -> bytes:
    """Answer as the API does: rows of JSON, instants with the zone's offset."""
    calendar = Calendar()
    found = reads.interval_columns(METER, register, step, 0, EVERYTHING)
    starts = calendar.isoformat(np.array(found.start_ms, dtype=np.int64))
    ends = calendar.isoformat(np.array(found.end_ms, dtype=np.int64))
    return orjson.dumps(
        [
            {
                "start": start,
                "end": end,
                "value": value,
                "unit": "Wh",
                "quality": quality,
                "coverage": coverage,
                "revision": revision,
            }
            for start, end, value, quality, coverage, revision in zip(
                starts,
                ends,
                found.value,
                found.quality,
                found.coverage,
                found.revision,
                strict=True,
            )
        ]
    )


def measure(raw_days: int = 30) -> list[Row]:
    """Time the queries of issue 3 before and after raw readings are there."""
    found = []
    with tempfile.TemporaryDirectory() as directory:
        store = SqliteStore(Path(directory) / "store.db")
        fill(store)
        for raw in (0, raw_days):
            if raw:
                fill_raw(store, raw)
            reads = Reads(store, NoTail())
            beside = f"with {raw} days of raw" if raw else "no raw"
            for name, register in (
                ("index", TOTAL),
                ("still index", TARIFF),
                ("instant", POWER),
            ):
                taken = best(
                    partial(
                        reads.interval_columns,
                        METER,
                        register,
                        Step.MIN30,
                        0,
                        EVERYTHING,
                    )
                )
                title = f"3 years of half-hours, columns, {name}"
                found.append(Row(title, taken, "ms", beside=beside))
            taken = best(lambda: rendered(reads, TOTAL, Step.MIN30))  # noqa: B023 - used at once
            name = "3 years of half-hours, JSON"
            found.append(Row(name, taken, "ms", 100, at_least=False, beside=beside))
            taken = best(lambda: rendered(reads, TOTAL, Step.MONTH))  # noqa: B023 - same
            name = "10 years of months, JSON"
            found.append(Row(name, taken, "ms", 10, at_least=False, beside=beside))
            taken = best(
                lambda: reads.intervals(  # noqa: B023 - same
                    METER, POWER, Step.MIN1, START_MS, START_MS + DAY_MS
                )
            )
            if raw:
                found.append(Row("a day of minutes, out of raw", taken, "ms"))
        store.close()
    return found


if __name__ == "__main__":
    print(render(measure()))
