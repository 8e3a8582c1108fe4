"""Two simulated homes: what a grain shows is equal in both, and all the rest differs.

A home's energy is given by half-hours. Within each closed period of the grain, home "a"
uses most of it late and home "b" early; what is open, what lies before the window and
whatever else a home holds is not even of the same amount.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, fields
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from edge.calendar import Calendar, calendar_of
from edge.catalogue import PEAK_STEPS, Fluid
from edge.facts import Fact, FactKind
from edge.interval import Point, Step
from edge.merging import Purpose
from edge.merging.peaks import Peaks
from edge.registers import CATALOGUE
from edge.sample import Quality, Sample, Slice, millis
from edge.stores.protocol import IntervalColumns

PARIS = ZoneInfo("Europe/Paris")
HALF_MS, MINUTE_MS = 1_800_000, 60_000


def paris(text: str) -> int:
    """An instant in ms from civil time with offset."""
    from datetime import datetime  # noqa: PLC0415 - used here alone

    return millis(datetime.fromisoformat(text))


START_MS, END_MS = (
    paris("2025-07-01T00:00:00+02:00"),
    paris("2026-11-01T00:00:00+01:00"),
)
NOW_MS = paris("2026-10-26T12:17:00+01:00")
LINKY, GAS, GARAGE = "linky", "gaz", "garage"
ENERGY = {LINKY: "import_total_wh", GAS: "gas_energy_wh"}


@lru_cache
def halves(name: str, fluid: Fluid, grain: Step) -> tuple[list[int], list[int]]:
    """The edges of a home's half-hours, and what was counted up to each."""
    calendar = calendar_of(fluid, PARIS)
    edges = [int(e) for e in calendar.boundaries(Step.MIN30, START_MS, END_MS)]
    periods = [int(e) for e in calendar.boundaries(grain, START_MS, END_MS)]
    amounts: list[int] = []
    for n, (start, end) in enumerate(pairwise(periods)):
        count = bisect_left(edges, end) - bisect_left(edges, max(start, edges[0]))
        whole = 100_000 + 7_919 * n % 10_007
        weights = [1 + i * i for i in range(count)]
        if name == "b":
            weights.reverse()
        total, sums = sum(weights), list(accumulate(weights))
        shares = [whole * one // total for one in sums]
        amounts += [b - a for a, b in pairwise([0, *shares])]
    return edges[: len(amounts) + 1], [0, *accumulate(amounts)]


def columns(rows: list[tuple]) -> IntervalColumns:
    names = [field.name for field in fields(IntervalColumns)]
    return (
        IntervalColumns(
            **{
                name: list(column)
                for name, column in zip(names, zip(*rows, strict=True), strict=True)
            }
        )
        if rows
        else IntervalColumns()
    )


@dataclass
class TwinReads:
    """What one of the two homes has; `asked` notes each question."""

    name: str
    grain: Step
    now_ms: int = NOW_MS
    window_ms: int = paris("2026-09-26T00:00:00+02:00")
    asked: list[tuple] = field(default_factory=list)
    gate: object = None

    @property
    def other(self) -> int:
        """What makes all the rest of one home another than the other's."""
        return 0 if self.name == "a" else 1_000

    def interval_columns(self, meter, register, step, start_ms, end_ms, limit):
        if CATALOGUE[register].peak:
            return self._peaks(meter, register, step, (start_ms, end_ms), limit, None)
        return self._rows(
            meter, register, step, start_ms, end_ms, limit, Calendar(PARIS), 17
        )

    def merged_columns(self, meter, register, step, start_ms, end_ms, limit, purpose):
        if CATALOGUE[register].peak:
            span = (start_ms, end_ms)
            return self._peaks(meter, register, step, span, limit, purpose)
        calendar = calendar_of(CATALOGUE[register].fluid, PARIS)
        odd = 0 if purpose is Purpose.NOW else 23
        return self._rows(meter, register, step, start_ms, end_ms, limit, calendar, odd)

    def civil_columns(self, meter, register, step, start_ms, end_ms, limit, purpose):
        odd = 0 if purpose is Purpose.NOW else 23
        return self._rows(
            meter, register, step, start_ms, end_ms, limit, Calendar(PARIS), odd
        )

    def _rows(self, meter, register, step, start_ms, end_ms, limit, calendar, odd):
        """Rows of a step, the open one last; `odd` is what another source says."""
        self.asked.append((meter, register, step, start_ms, end_ms))
        if self.gate is not None:
            self.gate(self)
        start_ms, end_ms = max(start_ms, START_MS), min(end_ms, self.now_ms)
        if start_ms >= end_ms:
            return IntervalColumns()
        edges = [int(e) for e in calendar.boundaries(step, start_ms, end_ms)]
        if edges[0] < start_ms:
            edges = edges[1:]
        found = []
        for start, end in pairwise(edges):
            if start < end_ms and len(found) < limit:
                found.append(self._row(meter, register, (start, end), odd))
        return columns(found)

    def _peaks(self, meter, register, step, span, limit, purpose):
        """The largest power of each day, which each home reaches at its own moment.

        One hears of it at midnight from its meter, the other hours later by a file.
        Homes that are equal by months alone have the same days in another order.
        """
        self.asked.append((meter, register, step, *span))
        if self.gate is not None:
            self.gate(self)
        calendar = Calendar(PARIS)
        edges = calendar.boundaries(Step.DAY, START_MS, END_MS).tolist()
        days, said = list(pairwise(edges)), []
        late_ms = 2 * 3_600_000 if self.other else 0
        for n, (start, end) in enumerate(days):
            number = n
            if self.other and self.grain is Step.MONTH:
                first, last = calendar.interval(Step.MONTH, start)
                number = bisect_left(edges, first) + bisect_left(edges, last) - 1 - n
            value = 3_000 + 7_919 * number % 1_009
            value += self.other if start < self.window_ms else 0
            if end + late_ms <= self.now_ms:
                word = (value, Quality.RAW, "file:x" if self.other else "tic", end)
                said.append(Slice(meter, register, start, end, *word))
        peaks = Peaks(meter, CATALOGUE[register], calendar, purpose)
        rows = peaks.rows(step, said) if step in PEAK_STEPS else []
        found = [row for row in rows if span[0] <= row.start_ms < span[1]]
        return IntervalColumns.of(found[:limit])

    def _row(self, meter, register, span, odd):
        start, end = span
        value = self._counted(register, start, min(end, self.now_ms))
        kept = meter in ENERGY and register == ENERGY[meter]
        if odd or not kept or start < self.window_ms:
            value += odd * (1 + bool(self.other)) + self.other
        closed = end <= self.now_ms
        revision = (1 + bool(self.other)) if closed else 0
        sources = "tic+file:enedis" if self.other else "tic"
        numbers = (value, value + self.other, float(value), value + 2 * self.other)
        return (start, end, *numbers, 1.0, Quality.RAW.value, sources, revision)

    def _counted(self, register, start, end):
        fluid = CATALOGUE[register].fluid
        edges, sums = halves(self.name, fluid, self.grain)

        def at(instant):
            place = max(bisect_left(edges, instant + 1) - 1, 0)
            if place + 1 >= len(sums):
                return sums[-1]
            part = instant - edges[place]
            return sums[place] + (sums[place + 1] - sums[place]) * part // HALF_MS

        return at(end) - at(start)

    def raw(self, meter, register, start_ms, end_ms, limit):
        self.asked.append((meter, register, Step.RAW, start_ms, end_ms))
        last = min(end_ms, self.now_ms)
        first = max(start_ms, self.now_ms - 6 * 3_600_000)
        shift = 11 * MINUTE_MS if self.other else 0
        instants = range(first // MINUTE_MS * MINUTE_MS + shift, last, 17 * MINUTE_MS)
        value = "HC.." if CATALOGUE[register].unit is None else 5_000 + self.other
        return [Point(at, value) for at in instants if start_ms <= at][:limit]

    def slices(self, meter, register, *_asked):
        one = Slice(
            meter,
            register,
            NOW_MS - HALF_MS,
            NOW_MS,
            5 + self.other,
            Quality.VALIDATED,
            "file:enedis-load-curve",
            NOW_MS,
        )
        return [one]

    def facts(self, meter, *_asked):
        index = {"register": "import_total_wh", "value": 900 + self.other}
        return [
            Fact(
                meter,
                FactKind.TARIFF,
                START_MS,
                None,
                "file:enedis",
                {"contract": "HC"},
            ),
            Fact(
                meter,
                FactKind.INDEX,
                NOW_MS - HALF_MS - self.other,
                None,
                "file:x",
                index,
            ),
            Fact(meter, FactKind.DEVICE, NOW_MS - self.other, None, "owner", {}),
        ]

    def reconciled(self, *_asked):
        raise AssertionError("nobody but the owner compares sources")

    def meters(self):
        hidden = (
            ["apparent_power_va"] if self.other else ["voltage_l1_v", "tempo_today"]
        )
        return {
            LINKY: ("import_total_wh", *hidden, "max_power_today_va"),
            GAS: ("gas_energy_wh",),
            GARAGE: (),
        }

    def latest(self, meter):
        values = {
            "import_total_wh": 77 + self.other,
            "apparent_power_va": 9 + self.other,
        }
        return Sample(meter, self.now_ms - 5_000 - self.other, values)
