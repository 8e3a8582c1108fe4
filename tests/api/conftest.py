from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

from api.app import create_app
from api.deps import Deps, MeterInfo
from api.limits import Limits
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.health import HealthReport, PartHealth
from edge.interval import Interval, Point, Step
from edge.sample import Sample, millis

PARIS = ZoneInfo("Europe/Paris")
TOKEN = "t" * 43
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def paris(text: str) -> int:
    """An instant in ms from civil time with offset."""
    return millis(datetime.fromisoformat(text))


NOW_MS = paris("2026-10-26T12:00:00+01:00")


@dataclass
class Columns:
    rows: list[Interval]

    def __getattr__(self, name: str) -> list[object]:
        return [getattr(row, name) for row in self.rows]


@dataclass
class FakeReads:
    """Holds rows in memory; `asked` notes each question."""

    kept: dict[tuple[str, str, Step], list[Interval]] = field(default_factory=dict)
    changes: dict[tuple[str, str], list[Point]] = field(default_factory=dict)
    last: dict[str, Sample] = field(default_factory=dict)
    asked: list[tuple[object, ...]] = field(default_factory=list)
    failure: Exception | None = None

    def interval_columns(self, meter, register, step, start_ms, end_ms, limit):
        self.asked.append((meter, register, step, start_ms, end_ms, limit))
        if self.failure:
            raise self.failure
        rows = self.kept.get((meter, register, step), [])
        found = [row for row in rows if start_ms <= row.start_ms < end_ms]
        return Columns(found[:limit])

    def raw(self, meter, register, start_ms, end_ms, limit):
        self.asked.append((meter, register, Step.RAW, start_ms, end_ms, limit))
        if self.failure:
            raise self.failure
        points = self.changes.get((meter, register), [])
        return [p for p in points if start_ms <= p.at_ms < end_ms][:limit]

    def latest(self, meter):
        if self.failure:
            raise self.failure
        return self.last.get(meter)


def half_hours(count: int, start_ms: int, register: str = "import_total_wh"):
    return [
        Interval(
            "linky",
            register,
            Step.MIN30,
            start_ms + n * 1_800_000,
            start_ms + (n + 1) * 1_800_000,
            n,
        )
        for n in range(count)
    ]


def report() -> HealthReport:
    gate = PartHealth(
        "gate",
        ok=True,
        counters={"accepted": 12, "gaps": 1},
        refused={"checksum": 3},
        gauges={"pending": 4},
        oldest_age_ms=1500,
    )
    return HealthReport(NOW_MS, (gate,))


@pytest.fixture
def reads() -> FakeReads:
    start_ms = paris("2026-10-25T00:00:00+02:00")
    return FakeReads(
        kept={("linky", "import_total_wh", Step.MIN30): half_hours(60, start_ms)},
        changes={
            ("linky", "tariff_period"): [
                Point(start_ms, "HC.."),
                Point(start_ms + 1234, '=cmd("x"),\r\n'),
                Point(start_ms + 5000, None),
            ]
        },
        last={
            "linky": Sample(
                "linky",
                start_ms,
                {"import_total_wh": 5, "tariff_period": "HP..", "voltage_l1_v": None},
            )
        },
    )


@pytest.fixture
def deps(reads) -> Deps:
    return Deps(
        reads=reads,
        bus=Bus(),
        health=report,
        meters=(
            MeterInfo("linky", "linky", Fluid.ELECTRICITY),
            MeterInfo("garage", "linky", Fluid.ELECTRICITY),
        ),
        zone=PARIS,
        token=TOKEN,
        limits=replace(Limits(), burst=10_000),
        now_ms=lambda: NOW_MS,
    )


@pytest.fixture
async def client(deps) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(deps) as called:
        yield called


def caller(deps: Deps, **kwargs) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(deps))
    headers = kwargs.pop("headers", BEARER)
    return httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers=headers, **kwargs
    )
