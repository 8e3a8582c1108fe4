"""Which rows of a home have come due for a service, and how long each may wait.

What came due before its consent, in a pause or before its end never does later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from edge.calendar import Calendar, calendar_of
from edge.catalogue import ConsentClass, Fluid, Register
from edge.consent.allowed import Question, allowed, closed, told
from edge.consent.records import Consent, Grant
from edge.consent.terms import Channel, Grain
from edge.interval import INTERVAL_STEPS, Step
from edge.merging.merged import MergedRows
from edge.outputs.past import Past
from edge.outputs.services.pace import Pace
from edge.outputs.services.row import Row, allowed_rows
from edge.registers import CATALOGUE
from edge.sample import utc


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom rows are looked up, and up to when it was told before.

    `begun_ms`: what came due before is not known to have been told, and isn't. All are
    instants that have passed for sure (see Judged); the history that is shown is
    reckoned by the latest that it may be.
    """

    grant: Grant
    pace: Pace
    since_ms: int
    begun_ms: int
    now_ms: int

    @property
    def latest_ms(self) -> int:
        """Give the latest instant that it may be."""
        return self.now_ms + self.grant.behind_ms


@dataclass(frozen=True, slots=True)
class Window:
    """Rows that end in (low, high] are new; down to `floor` they may have changed."""

    floor_ms: int
    low_ms: int
    high_ms: int


@dataclass(frozen=True, slots=True)
class Due:
    """Looks up what is due; blocks while it reads.

    Who is told the `whole` of what it holds is told the past as well that its consents
    show: what came due before they were given.
    """

    reads: MergedRows
    zone: ZoneInfo
    channel: Channel = Channel.MQTT
    whole: bool = False

    def rows(self, asked: Asked, changed: Mapping[str, Past]) -> list[Row]:
        """Give rows that came due since, and those that may have changed, in order."""
        found: list[Row] = []
        for meter, register, step in self._series(asked.grant):
            found += self._of(asked, meter, register, step, changed.get(meter))
        return _in_order(found)

    def past(self, asked: Asked, span: tuple[int, int]) -> list[Row]:
        """Give all rows that a grant shows by now and that begin by a span's end.

        Those as well in which its first instant lies: a month that changed with a day.
        """
        found: list[Row] = []
        for meter, register, step in self._series(asked.grant):
            calendar = calendar_of(register.fluid, self.zone)
            first_ms = calendar.interval(step, span[0])[0]
            of = (meter, register, step)
            found += self._allowed(asked, *of, (first_ms, span[1]))
        return _in_order(found)

    def since_ms(self, asked: Asked) -> int:
        """Give where the past begins that a grant shows."""
        today = utc(asked.latest_ms).astimezone(self.zone).date()
        return min(
            calendar_of(one.terms.fluid, self.zone).day_start(
                one.terms.history.before(today)
            )
            for one in asked.grant.consents
        )

    def day_after(self, at_ms: int) -> int:
        """Give the end of an instant's day."""
        return Calendar(self.zone).interval(Step.DAY, at_ms)[1]

    def _series(self, grant: Grant) -> Iterator[tuple[str, Register, Step]]:
        heard = self.reads.meters()
        for meter in sorted(grant.meters & heard.keys()):
            for name in heard[meter]:
                if name in CATALOGUE:
                    for step in CATALOGUE[name].steps:
                        if step in INTERVAL_STEPS:
                            yield meter, CATALOGUE[name], step

    def _of(
        self,
        asked: Asked,
        meter: str,
        register: Register,
        step: Step,
        changed: Past | None,
    ) -> Iterator[Row]:
        windows = self._windows(asked, meter, register, step)
        if not windows:
            return
        calendar = calendar_of(register.fluid, self.zone)
        fresh = (
            min(w.low_ms for w in windows),
            max(w.high_ms for w in windows),
        )
        spans = [fresh]
        if changed is not None:
            spans.append((changed.start_ms, max(changed.end_ms, changed.start_ms + 1)))
        floor_ms, end_ms = min(w.floor_ms for w in windows), fresh[1]
        seen: set[int] = set()
        for low, high in spans:
            first, last = max(low, floor_ms), min(high, end_ms)
            if first >= last:
                continue
            start_ms, stop_ms = calendar.interval(step, first)
            if stop_ms > end_ms:
                continue  # what it lies in is still open
            for row in self._allowed(asked, meter, register, step, (start_ms, last)):
                new = any(w.low_ms < row.end_ms <= w.high_ms for w in windows)
                old = any(w.floor_ms < row.end_ms <= w.high_ms for w in windows)
                if row.start_ms not in seen and (new or (old and low != fresh[0])):
                    seen.add(row.start_ms)
                    yield row

    def _windows(
        self, asked: Asked, meter: str, register: Register, step: Step
    ) -> list[Window]:
        fluid, found = register.fluid, []
        for one in self._consents(asked.grant, meter, register, step):
            grain = _grain(one)
            if Pace.of(grain) is not asked.pace:
                continue
            given_ms = max(_floor_ms(asked.grant, one), asked.begun_ms)
            floor_ms = 0 if self.whole else given_ms
            since_ms = max(given_ms, asked.since_ms)
            floor, low, high = (
                closed(grain, fluid, at_ms, self.zone)
                for at_ms in (floor_ms, since_ms, asked.now_ms)
            )
            found.append(Window(floor, low, high))
        return found

    def _allowed(
        self,
        asked: Asked,
        meter: str,
        register: Register,
        step: Step,
        span: tuple[int, int],
    ) -> Iterator[Row]:
        question = Question(meter, register, step, *span, self.channel)
        grant, now_ms = asked.grant, asked.latest_ms
        yield from allowed_rows(self.reads, grant, question, now_ms, self.zone)

    def expiry_s(self, asked: Asked, row: Row) -> int | None:
        """Give for how long a row may wait to be read; None when it may not be sent.

        That is what is left of the history that its consent shows, and no more.
        """
        register, step = CATALOGUE[row.register], Step(row.step)
        span = (row.start_ms, row.start_ms + 1)
        question = Question(row.meter, register, step, *span, self.channel)
        spans = allowed(asked.grant, question, asked.latest_ms, self.zone)
        if not any(low <= row.start_ms and row.end_ms <= high for low, high in spans):
            return None
        left_ms = [
            self._until(one, register.fluid, row.start_ms, asked.latest_ms)
            - asked.latest_ms
            for one in self._consents(asked.grant, row.meter, register, step)
            if self._came_due(asked, one, register.fluid, row)
        ]
        left_s = max(left_ms, default=0) // 1000
        return left_s if left_s > 0 else None

    def _came_due(self, asked: Asked, one: Consent, fluid: Fluid, row: Row) -> bool:
        """Tell whether it came due under a consent, by now and not before."""
        if self.whole:
            return True
        grain = _grain(one)
        floor_ms = max(_floor_ms(asked.grant, one), asked.begun_ms)
        first = closed(grain, fluid, floor_ms, self.zone)
        return first < row.end_ms <= closed(grain, fluid, asked.now_ms, self.zone)

    def event_left_ms(self, asked: Asked, meter: str, fluid: Fluid, at_ms: int) -> int:
        """Give for how long what happened at an instant is shown yet."""
        of = asked.grant.of(meter, fluid, ConsentClass.EVENT, self.channel)
        now_ms = asked.latest_ms
        return max(
            (self._until(o, fluid, at_ms, now_ms) - now_ms for o in of), default=0
        )

    def _until(self, one: Consent, fluid: Fluid, start_ms: int, now_ms: int) -> int:
        """Give when a row leaves the history that a consent shows: at a midnight."""
        calendar, history = calendar_of(fluid, self.zone), one.terms.history
        day = utc(now_ms).astimezone(self.zone).date()
        about = history.after(utc(start_ms).astimezone(self.zone).date())
        day = max(day, about - timedelta(days=4))
        while calendar.day_start(history.before(day)) <= start_ms:
            day += timedelta(days=1)
        return Calendar(self.zone).day_start(day)

    def _consents(
        self, grant: Grant, meter: str, register: Register, step: Step
    ) -> Iterator[Consent]:
        """Give the consents by which rows of a register at a step are told."""
        if not told(register):
            return
        needed = register.consent(step)
        for one in grant.of(meter, register.fluid, needed, self.channel):
            if step in one.terms.grain.steps:
                yield one


def _in_order(found: list[Row]) -> list[Row]:
    order = {step.value: place for place, step in enumerate(INTERVAL_STEPS)}
    return sorted(found, key=lambda r: (r.start_ms, order[r.step], r.meter, r.register))


def _grain(one: Consent) -> Grain:
    """Give how fine rows are told: live is a topic of its own, its rows half-hours."""
    return Grain.MIN30 if one.terms.grain is Grain.LIVE else one.terms.grain


def _floor_ms(grant: Grant, one: Consent) -> int:
    """Give from when on what comes due is a consent's: given, and not paused since."""
    ends = [pause.end_ms or 0 for pause in grant.pauses]
    return max([one.given_ms, *ends])
