"""The service's side of the HTTP benchmark: a store of three years, and its API."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from api.app import create_app
from api.deps import Deps, MeterInfo
from api.limits import Limits
from api.server import serve
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.facts import Fact
from edge.health import HealthReport
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.reads import Reads
from edge.record import Address, Body, Lane, Record
from edge.registers.electricity import CURVES
from edge.sample import Quality, Sample, Slice, millis
from edge.stores.sqlite import SqliteStore

PARIS = ZoneInfo("Europe/Paris")
REGISTER = "import_total_wh"
START = datetime(2023, 10, 1, tzinfo=PARIS)
MONTHS_START = datetime(2016, 10, 1, tzinfo=PARIS)
ROWS = 52_608
(CURVE,) = (curve for curve, index in CURVES.items() if index == REGISTER)
PARTIAL = 10_000
"""Half-hours from one that the Pi knows in part only to the next."""
HALF_HOUR_MS = 1_800_000
FRAME_MS = 910
"""A standard-mode meter that sends without a pause: some 95,000 frames a day."""
DAY_MS = 86_400_000
COMMIT_FRAMES = 33
LIVE_PERIOD_S = 0.02
BATCH = 2_000
TOKEN = "benchmark"  # noqa: S105 - it opens nothing but this benchmark


class NothingNew:
    """A journal whose every record is in the store already."""

    def read(self, after: Address | None = None, *, limit: int = 256) -> list[Record]:
        """Give nothing."""
        del after, limit
        return []

    def last_sample(self, meter: str) -> Sample | None:
        """Give nothing: the benchmark's meter speaks live."""
        del meter
        return None

    def facts(self, meter: str, start_ms: int, end_ms: int) -> list[Fact]:
        """Give nothing."""
        del meter, start_ms, end_ms
        return []


def fill_intervals(path: Path) -> None:
    """Write three years of half-hours and ten years of months.

    With the load curve that a Linky in standard mode tells, a slice a half-hour.
    """
    rng = random.Random(1)
    start_ms = millis(START)
    slots = [(start_ms + n * HALF_HOUR_MS, n % PARTIAL == 0) for n in range(ROWS)]
    rows = [
        _row(Step.MIN30, at, at + HALF_HOUR_MS, rng.randrange(50, 2500), partial)
        for at, partial in slots
    ]
    curve = [
        Slice("linky", CURVE, at, at + HALF_HOUR_MS, 500, Quality.RAW, "tic", at)
        for at, _ in slots
    ]
    starts = [
        millis(MONTHS_START.replace(year=2016 + (9 + n) // 12, month=(9 + n) % 12 + 1))
        for n in range(121)
    ]
    rows += [
        _row(Step.MONTH, at, end, rng.randrange(200_000, 900_000))
        for at, end in pairwise(starts)
    ]
    bodies: list[Body] = [
        *(tuple(rows[n : n + BATCH]) for n in range(0, len(rows), BATCH)),
        *(tuple(curve[n : n + BATCH]) for n in range(0, len(curve), BATCH)),
    ]
    _project(path, bodies, 1)


def fill_raw(path: Path, days: int) -> None:
    """Write days of raw samples at full rate, up to the end of the half-hours."""
    end_ms = millis(START + timedelta(days=1096))
    rng = random.Random(2)
    _project(path, list(_blocks(end_ms - days * DAY_MS, end_ms, rng)), 1_000_000)


def _row(
    step: Step,
    start_ms: int,
    end_ms: int,
    value: int,
    partial: bool = False,  # noqa: FBT001, FBT002 - of a row
) -> Interval:
    share = 0.4 if partial else 1.0
    return Interval("linky", REGISTER, step, start_ms, end_ms, value, coverage=share)


def _blocks(start_ms: int, end_ms: int, rng: random.Random) -> Iterator[Body]:
    index = 10_000_000
    samples: list[Sample] = []
    for at_ms in range(start_ms, end_ms, FRAME_MS):
        power = rng.randrange(200, 6000)
        index += rng.random() < power * FRAME_MS / 3_600_000_000
        values = {REGISTER: index, "apparent_power_va": power, "voltage_l1_v": 230}
        samples.append(Sample("linky", at_ms, values))
        if len(samples) == COMMIT_FRAMES:
            yield Block.of(samples)
            samples = []
    if samples:
        yield Block.of(samples)


def _project(path: Path, bodies: list[Body], seq: int) -> None:
    store = SqliteStore(path)
    records = [
        Record(Address(1, seq + n), Lane.PRESENT, "linky", 0, 0, body)
        for n, body in enumerate(bodies)
    ]
    for n in range(0, len(records), 500):
        store.project(records[n : n + 500])
    store.close()


async def run(path: Path) -> None:
    """Serve a store until SIGTERM, with a live sample each 20 ms."""
    store = SqliteStore(path)
    bus = Bus()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    deps = Deps(
        reads=Reads(store, NothingNew()),
        bus=bus,
        health=lambda: HealthReport(0, ()),
        meters=(MeterInfo("linky", "linky", Fluid.ELECTRICITY),),
        zone=PARIS,
        token=TOKEN,
        limits=Limits(rate=1e6, burst=1_000_000),
    )
    ready: asyncio.Future[list[str]] = loop.create_future()
    served = asyncio.create_task(
        serve(create_app(deps), "127.0.0.1:0", stop, ready=ready)
    )
    port = int((await ready)[0].rpartition(":")[2])
    print(json.dumps({"port": port, "token": TOKEN}), flush=True)
    while not stop.is_set():
        values = {"sent_ns": time.monotonic_ns()}
        bus.publish(Sample("linky", time.time_ns() // 1_000_000, values))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LIVE_PERIOD_S):
                await stop.wait()
    await served
    store.close()
