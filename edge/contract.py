"""What a meter itself says of its contract and of its hours, as dated facts.

The meter repeats them in each frame, and readings at full rate are kept for weeks only:
what changes is told once, and kept. The hours are those that it counted by, seen over
a whole day, since off-peak hours may be moved without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from edge.calendar import DAY_MS, Calendar
from edge.facts import Fact, FactKind
from edge.interval import Step
from edge.sample import Sample, Value, utc

NAMES = (
    "tariff_option",
    "subscribed_power_kva",
    "subscribed_current_a",
    "breaker_power_kva",
)
PERIODS = ("tariff_index", "tariff_period")
"""By which a switch is seen; historic frames have the second alone."""
SILENCE_MS = 5 * 60_000
"""Of a day with a longer one it isn't known when the meter switched."""
HALF_MINUTE_MS = 30_000
MOST_SWITCHES = 24
"""Of a day: more is no timetable."""


class Contract:
    """Follows one meter; `known` are the facts that were told of it before.

    A checksum passes one flipped bit in eight: a change counts once a second sample
    says the same.
    """

    def __init__(self, meter: str, zone: ZoneInfo, known: Sequence[Fact] = ()) -> None:
        self._meter = meter
        self._calendar = Calendar(zone)
        told = {one.kind: one.detail for one in known}
        self._said = dict(told.get(FactKind.CONTRACT, {}))
        self._hours = told.get(FactKind.HOURS, {}).get("hours")
        self._seen: tuple[Value, ...] = ()
        self._doubtful: tuple[Value, ...] = ()
        self._period: Value = None
        self._switch: tuple[int, Value] = (0, None)
        self._switches: list[tuple[int, Value]] = []
        self._last_ms = 0
        self._day = (0, 0)
        self._whole = False

    def of(self, sample: Sample) -> tuple[Fact, ...]:
        """Give the facts that a sample, later than those before it, makes known."""
        at_ms = sample.at_ms
        if at_ms <= self._last_ms:
            return ()
        facts = []
        if at_ms >= self._day[1]:
            facts += self._next_day(sample)
        if at_ms - self._last_ms > SILENCE_MS:
            self._whole = False
        self._last_ms = at_ms
        self._follow(sample)
        values = sample.values
        now = tuple([values.get(name) for name in NAMES])
        if now != self._seen:
            facts += self._changed(now, sample)
        return tuple(facts)

    def _changed(self, now: tuple[Value, ...], sample: Sample) -> list[Fact]:
        if now != self._doubtful:
            self._doubtful = now
            return []
        self._seen = now
        names = zip(NAMES, now, strict=True)
        told = {name: value for name, value in names if value is not None}
        if told.items() <= self._said.items():
            return []
        self._said |= told
        return [self._fact(FactKind.CONTRACT, sample, sample.at_ms, self._said)]

    def _follow(self, sample: Sample) -> None:
        """Note a switch, at the first of the two samples that say it."""
        values = sample.values
        period = next(
            (values[name] for name in PERIODS if values.get(name) is not None), None
        )
        if period is None or period == self._period:
            return
        at_ms, before = self._switch
        if period != before:
            self._switch = (sample.at_ms, period)
            return
        self._period = period
        self._switches.append((at_ms, period))

    def _next_day(self, sample: Sample) -> list[Fact]:
        """End a day, and begin that of a sample."""
        facts = []
        start = self._day[0]
        if self._whole and 0 < len(self._switches) <= MOST_SWITCHES:
            hours = self._timetable()
            if hours != self._hours:
                self._hours = hours
                detail: dict[str, Value] = {"hours": hours}
                facts.append(self._fact(FactKind.HOURS, sample, start, detail))
        self._day = self._calendar.interval(Step.DAY, sample.at_ms)
        near = sample.at_ms - self._day[0] <= SILENCE_MS
        usual = (
            self._day[1] - self._day[0] == DAY_MS
        )  # else an hour comes twice, or not
        self._whole = near and usual and self._period is not None
        self._switches = [(self._day[0], self._period)]
        return facts

    def _timetable(self) -> str:
        """Write a day's switches in wall time, to the nearest minute of the day.

        One at midnight is seen just after: of two of one minute the later counts.
        """
        told: dict[str, Value] = {}
        for at_ms, period in self._switches:
            nearest = utc(min(at_ms + HALF_MINUTE_MS, self._day[1] - 1))
            told[f"{nearest.astimezone(self._calendar.zone):%H:%M}"] = period
        return ", ".join(f"{time} {period}" for time, period in told.items())

    def _fact(
        self, kind: FactKind, sample: Sample, at_ms: int, detail: dict[str, Value]
    ) -> Fact:
        return Fact(self._meter, kind, at_ms, None, sample.origin, dict(detail))
