"""Civil time cut into half-open intervals: half-hours, hours, days, months, years.

A boundary is where the wall clock shows the step's round time, and each change of the
zone's offset: so intervals leave no hole, never overlap, and nest (half-hours in hours
in days in months in years) on days of 23, 24 and 25 hours, in any zone.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from edge.catalogue import Fluid
from edge.interval import Step
from edge.sample import millis, utc

Instants: TypeAlias = NDArray[np.int64]

MINUTE_MS = 60_000
HALF_HOUR_MS = 30 * MINUTE_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
SHORT_MS = {Step.MIN1: MINUTE_MS, Step.MIN30: HALF_HOUR_MS, Step.HOUR: HOUR_MS}
"""The steps whose boundaries follow from the offset alone."""

EPOCH_DAY = date(1970, 1, 1).toordinal()
GAS_DAY_HOUR = 6
TEMPO_DAY_HOUR = 6


@dataclass(frozen=True, slots=True)
class Offsets:
    """A zone's offset from UTC over a span: `offsets[i]` rules from `since[i]` on."""

    since: tuple[int, ...]
    offsets: tuple[int, ...]

    def at(self, at_ms: int) -> tuple[int, int, int]:
        """Give (offset, its first instant, its end) in ms at an instant."""
        i = max(bisect_right(self.since, at_ms) - 1, 0)
        end = self.since[i + 1] if i + 1 < len(self.since) else 1 << 62
        return self.offsets[i], self.since[i], end


def _offset_ms(zone: ZoneInfo, at_ms: int) -> int:
    offset = utc(at_ms).astimezone(zone).utcoffset()
    return (offset or timedelta()) // timedelta(milliseconds=1)


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """Find the instant in (low, high] from which the offset is that of `high`."""
    target = _offset_ms(zone, high)
    while high - low > 1000:  # offsets change on whole seconds
        middle = (low + high) // 2000 * 1000
        if _offset_ms(zone, middle) == target:
            high = middle
        else:
            low = middle
    return high


@lru_cache(maxsize=512)
def offsets_of(zone: ZoneInfo, year: int) -> Offsets:
    """Give a zone's offsets over one UTC year, three days wider on each side."""
    start = millis(datetime(year, 1, 1, tzinfo=UTC)) - 3 * DAY_MS
    end = millis(datetime(year, 12, 31, tzinfo=UTC)) + 4 * DAY_MS
    since, found = [start], [_offset_ms(zone, start)]
    for low, high in pairwise(range(start, end + 1, DAY_MS)):
        offset = _offset_ms(zone, high)
        if offset != found[-1]:
            since.append(_change(zone, low, high))
            found.append(offset)
    return Offsets(tuple(since), tuple(found))


def _offsets(zone: ZoneInfo, start_ms: int, end_ms: int) -> Offsets:
    """Give a zone's offsets over a span of years."""
    years = range(utc(start_ms).year, utc(end_ms).year + 1)
    changes: dict[int, int] = {}
    for year in years:
        span = offsets_of(zone, year)
        for since, offset in zip(span.since, span.offsets, strict=True):
            if not changes or since > max(changes):
                changes[since] = offset
    return Offsets(tuple(changes), tuple(changes.values()))


@dataclass(frozen=True, slots=True)
class Calendar:
    """One home's civil time; `day_hour` is when its day starts (6 for the gas day)."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    day_hour: int = 0

    def interval(self, step: Step, at_ms: int) -> tuple[int, int]:
        """Give the [start, end) of the step that an instant falls in."""
        if step in SHORT_MS:
            length = SHORT_MS[step]
            year = utc(at_ms).year
            offset, since, until = offsets_of(self.zone, year).at(at_ms)
            floor = (at_ms + offset) // length * length - offset
            return max(floor, since), min(floor + length, until)
        if step is Step.RAW:
            raise ValueError("raw readings have instants, not intervals")
        first = self._first_day(step, self._day_of(at_ms))
        return self.day_start(first), self.day_start(_next(step, first))

    def boundaries(self, step: Step, start_ms: int, end_ms: int) -> Instants:
        """Give the edges of the intervals that meet [start, end): n + 1 for n.

        The first is at or before `start_ms`, the last at or after `end_ms`; two edges
        at least, those of the interval that holds `start_ms`.
        """
        first = self.interval(step, start_ms)[0]
        last = self.interval(step, max(end_ms - 1, start_ms))[1]
        if step not in SHORT_MS:
            return np.array(self._days(step, first, last), dtype=np.int64)
        length = SHORT_MS[step]
        spans = _offsets(self.zone, first, last)
        edges: list[Instants] = []
        stops = (*spans.since[1:], last)
        for offset, since, stop in zip(spans.offsets, spans.since, stops, strict=True):
            low, high = max(since, first), min(stop, last)
            if low < high:
                round_ms = -((low + offset) // -length) * length - offset
                inside = np.arange(round_ms, high, length, dtype=np.int64)
                edges += [np.array([low], dtype=np.int64), inside]
        return np.unique(np.concatenate([*edges, np.array([last], dtype=np.int64)]))

    def day_start(self, day: date) -> int:
        """Give the first instant of a civil day, or the end of a jump over its hour.

        On a clock that shows the hour twice, the first time is the one.
        """
        wall = datetime(day.year, day.month, day.day, self.day_hour, tzinfo=self.zone)
        at_ms = millis(wall.astimezone(UTC))
        offset, since, _ = offsets_of(self.zone, day.year).at(at_ms)
        wall_ms = millis(wall.replace(tzinfo=UTC))
        return at_ms if at_ms + offset == wall_ms else since

    def offsets(self, instants: Instants) -> Instants:
        """Give the zone's offset in ms at each of many instants."""
        if not len(instants):
            return np.zeros(0, dtype=np.int64)
        spans = _offsets(self.zone, int(instants.min()), int(instants.max()))
        found = np.searchsorted(np.array(spans.since), instants, side="right") - 1
        return np.array(spans.offsets, dtype=np.int64)[np.maximum(found, 0)]

    def isoformat(self, instants: Instants) -> list[str]:
        """Write instants as RFC 3339 with the zone's offset, in whole s or ms.

        The date and the time of day are written once each: half-hours of three years
        have a thousand dates and fifty times.
        """
        if not len(instants):
            return []
        offsets = self.offsets(instants)
        unit: Literal["s", "ms"] = "ms" if np.any(instants % 1000) else "s"
        days, clocks = np.divmod(instants + offsets, DAY_MS)
        ends = clocks * (1 << 20) + offsets // 1000 + (1 << 19)
        known = np.unique(ends)
        if 4 * len(known) > len(instants):
            return _written(instants, offsets, unit)
        times = {end: _time(end, unit) for end in known.tolist()}
        dates = {day: _date(day) for day in np.unique(days).tolist()}
        pairs = zip(days.tolist(), ends.tolist(), strict=True)
        return [dates[day] + times[end] for day, end in pairs]

    def _day_of(self, at_ms: int) -> date:
        """Find the civil day that holds an instant."""
        wall = utc(at_ms).astimezone(self.zone) - timedelta(hours=self.day_hour)
        day = wall.date()
        while self.day_start(day) > at_ms:
            day -= timedelta(days=1)
        while self.day_start(day + timedelta(days=1)) <= at_ms:
            day += timedelta(days=1)
        return day

    def _days(self, step: Step, first_ms: int, last_ms: int) -> list[int]:
        day = self._day_of(first_ms)
        edges = [first_ms]
        while edges[-1] < last_ms:
            day = _next(step, day)
            edge = self.day_start(day)
            if edge > edges[-1]:  # a zone that crossed the date line skipped a day
                edges.append(edge)
        return edges

    @staticmethod
    def _first_day(step: Step, day: date) -> date:
        if step is Step.MONTH:
            return day.replace(day=1)
        return day.replace(month=1, day=1) if step is Step.YEAR else day


def _next(step: Step, day: date) -> date:
    """Give the first day of the next day, month or year."""
    if step is Step.DAY:
        return day + timedelta(days=1)
    if step is Step.YEAR or day.month == 12:
        return date(day.year + 1, 1, 1)
    return date(day.year, day.month + 1, 1)


def _date(day: int) -> str:
    return f"{date.fromordinal(day + EPOCH_DAY)}T"


def _time(end: int, unit: Literal["s", "ms"]) -> str:
    clock, offset = end >> 20, ((end & ((1 << 20) - 1)) - (1 << 19)) * 1000
    text = np.datetime_as_string(np.datetime64(clock, "ms"), unit=unit)
    return str(text)[11:] + _suffix(offset)


def _written(
    instants: Instants, offsets: Instants, unit: Literal["s", "ms"]
) -> list[str]:
    """Write instants one by one, where few share a date or a time of day."""
    local = (instants + offsets).astype("datetime64[ms]")
    texts = np.datetime_as_string(local, unit=unit).tolist()
    pairs = zip(texts, offsets.tolist(), strict=True)
    suffixes = {offset: _suffix(offset) for offset in np.unique(offsets).tolist()}
    return [text + suffixes[offset] for text, offset in pairs]


def _suffix(offset_ms: int) -> str:
    sign, minutes = ("-" if offset_ms < 0 else "+"), abs(offset_ms) // MINUTE_MS
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=64)
def calendar_of(fluid: Fluid, zone: ZoneInfo) -> Calendar:
    """Give the calendar of a fluid: gas days run from 06:00 to 06:00."""
    return Calendar(zone, GAS_DAY_HOUR if fluid is Fluid.GAS else 0)


def interval(step: Step, at_ms: int, zone: ZoneInfo) -> tuple[int, int]:
    """Give the [start, end) of the civil step that an instant falls in."""
    return Calendar(zone).interval(step, at_ms)
