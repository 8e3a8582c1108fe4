from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package

from api_house import (
    NOW_MS,
    PARIS,
    TOKEN,
    FakeReads,
    caller,
    half_hours,
    paris,
    report,
)

from api.deps import Deps, MeterInfo
from api.limits import Limits
from edge.bus import Bus
from edge.catalogue import Fluid
from edge.interval import Point, Step
from edge.sample import Sample


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
        limits=replace(Limits(), burst=10_000, failure_burst=1000),
        now_ms=lambda: NOW_MS,
    )


@pytest.fixture
async def client(deps) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(deps) as called:
        yield called
