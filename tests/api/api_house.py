"""A small home to ask questions of: what the API needs, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx

from api.app import create_app
from api.deps import Deps
from edge.calendar import Calendar
from edge.facts import Fact
from edge.health import HealthReport, PartHealth
from edge.interval import Interval, Point, Step
from edge.reconciling import reconcile
from edge.sample import Sample, Slice, millis
from edge.stores.protocol import IntervalColumns

PARIS = ZoneInfo("Europe/Paris")
TOKEN = "t" * 43
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def paris(text: str) -> int:
    """An instant in ms from civil time with offset."""
    return millis(datetime.fromisoformat(text))


NOW_MS = paris("2026-10-26T12:00:00+01:00")


def columns(rows: list[Interval]) -> IntervalColumns:
    return IntervalColumns(
        *(
            [getattr(row, field.name) for row in rows]
            for field in fields(IntervalColumns)
        )
    )


@dataclass
class FakeReads:
    """Holds rows in memory; `asked` notes each question."""

    kept: dict[tuple[str, str, Step], list[Interval]] = field(default_factory=dict)
    changes: dict[tuple[str, str], list[Point]] = field(default_factory=dict)
    last: dict[str, Sample] = field(default_factory=dict)
    told: dict[tuple[str, str], list[Slice]] = field(default_factory=dict)
    known: list[Fact] = field(default_factory=list)
    asked: list[tuple[object, ...]] = field(default_factory=list)
    failure: Exception | None = None

    def interval_columns(self, meter, register, step, start_ms, end_ms, limit):
        self.asked.append((meter, register, step, start_ms, end_ms, limit))
        if self.failure:
            raise self.failure
        rows = self.kept.get((meter, register, step), [])
        found = [row for row in rows if start_ms <= row.start_ms < end_ms]
        return columns(found[:limit])

    def merged_columns(self, *asked):
        return self.interval_columns(*asked[:-1])

    def civil_columns(self, *asked):
        self.asked.append(("civil", *asked))
        return self.interval_columns(*asked[:-1])

    def slices(self, meter, register, start_ms, end_ms, limit):
        self.asked.append((meter, register, "slices", start_ms, end_ms, limit))
        told = self.told.get((meter, register), [])
        return [one for one in told if start_ms <= one.start_ms < end_ms][:limit]

    def reconciled(self, meter, register, step, start_ms, end_ms, now_ms):
        self.asked.append((meter, register, step, start_ms, end_ms, now_ms))

        def merged(step, start, end):
            return self.interval_columns(meter, register, step, start, end, 1 << 20)

        calendar, span = Calendar(PARIS), (start_ms, end_ms)
        return reconcile(self, merged, calendar, (meter, register), step, span, now_ms)

    def facts(self, meter, start_ms, end_ms):
        self.asked.append((meter, "facts", start_ms, end_ms))
        return [
            one
            for one in self.known
            if one.start_ms < end_ms and (one.end_ms is None or one.end_ms > start_ms)
        ]

    def raw(self, meter, register, start_ms, end_ms, limit):
        self.asked.append((meter, register, Step.RAW, start_ms, end_ms, limit))
        if self.failure:
            raise self.failure
        points = self.changes.get((meter, register), [])
        return [p for p in points if start_ms <= p.at_ms < end_ms][:limit]

    def meters(self):
        if self.failure:
            raise self.failure
        return {"linky": ("current_l1_a", "a_register_of_tomorrow")}

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


def caller(deps: Deps, **kwargs) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(deps))
    headers = kwargs.pop("headers", BEARER)
    return httpx.AsyncClient(
        transport=transport, base_url="http://localhost", headers=headers, **kwargs
    )
