"""The one door through which rows leave: what `edge.consent.allowed` says, and no more.

Whoever asks is the owner, who sees everything, or holds an `edge.consent` grant. A
grant is good for as long as it is what the household says: each slice of an answer
and each event of a stream is asked of it anew, so that what is taken back ends them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from api.errors import Problem
from api.query import Query
from edge.calendar import Calendar
from edge.catalogue import ConsentClass, Fluid, Register
from edge.consent import records
from edge.consent.allowed import (
    Question,
    Span,
    allowed,
    allowed_event,
    allowed_facts,
    allowed_sample,
    steps_of,
)
from edge.consent.consents import Consents
from edge.consent.read_journal import OWNER as OWNER_NAME
from edge.consent.read_journal import Reading, ReadJournal
from edge.consent.terms import Channel, Grain
from edge.errors import EdgeError
from edge.event import Event
from edge.facts import Fact, FactKind
from edge.interval import INTERVAL_STEPS, Step
from edge.registers import CATALOGUE
from edge.sample import Sample, utc

log = logging.getLogger(__name__)

WRITE_S = 10.0
"""How often it is looked whether the read journal should be written."""
EVER: Span = (-(1 << 62), 1 << 62)
FACTS = (FactKind.TARIFF, FactKind.CONTRACT, FactKind.HOURS)
"""What is told of contracts; the other facts tell of indexes and devices."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The household itself."""

    credential: str = OWNER_NAME


OWNER = Owner()
Grant: TypeAlias = Owner | records.Grant


def allowed_imports(grant: Grant) -> bool:
    """Tell whether a grant may bring files in, see which, and take them back."""
    return grant == OWNER


def allowed_readings(grant: Grant) -> bool:
    """Tell whether a grant may send readings in."""
    return grant == OWNER


def name_of(grant: Grant) -> str:
    """Give who holds a grant, as the read journal knows them."""
    return grant.credential if isinstance(grant, Owner) else grant.service


def holder_of(grant: Grant) -> str:
    """Name a grant as it is now, to bind cursors to; empty for the owner."""
    return "" if isinstance(grant, Owner) else f"{grant.service}/{grant.version}"


def steps(grant: Grant, meter: str, register: Register) -> tuple[Step, ...]:
    """Give the steps of a register of a meter that a grant may ask for."""
    if not isinstance(grant, Owner):
        return _held(grant, meter)[register.name]
    return register.steps


@lru_cache(maxsize=64)
def _held(grant: records.Grant, meter: str) -> Mapping[str, tuple[Step, ...]]:
    """Give the steps of every register there is: asked of each, it takes 3 ms."""
    return {
        name: steps_of(grant, meter, register) for name, register in CATALOGUE.items()
    }


def usual_step(grant: Grant, meter: str, register: Register) -> Step | None:
    """Give the step of who names none; None: as everybody's."""
    if isinstance(grant, Owner):
        return None
    held = steps(grant, meter, register)
    return next((one for one in (*INTERVAL_STEPS, *held) if one in held), None)


def streams(grant: Grant) -> bool:
    """Tell whether a grant holds anything that a stream would tell."""
    return isinstance(grant, Owner) or any(_lives(grant, Channel.SSE))


def speaks(grant: Grant, meter: str) -> bool:
    """Tell whether a grant may see anything of a meter's last word."""
    if isinstance(grant, Owner):
        return True
    return any(meter in one.meters for one in _lives(grant, Channel.REST))


def _lives(grant: records.Grant, channel: Channel) -> Iterable[records.Consent]:
    return (
        one
        for one in grant.consents
        if one.terms.grain is Grain.LIVE and channel in one.terms.channels
    )


@dataclass(frozen=True, slots=True)
class Door:
    """Holds grants against what the household says now, and notes what left."""

    zone: ZoneInfo
    fluids: Mapping[str, Fluid]
    consents: Consents | None = None
    journal: ReadJournal | None = None

    def holds(self, grant: Grant) -> bool:
        """Tell whether a grant is what the household says now."""
        if isinstance(grant, Owner):
            return True
        return self.consents is not None and (
            self.consents.grant(grant.service) == grant
        )

    def check(self, grant: Grant) -> None:
        """Raise Problem when a grant is not what the household says now."""
        if not self.holds(grant):
            raise _changed()

    def spans(self, grant: Grant, query: Query) -> Sequence[Span]:
        """Give where rows must lie wholly to be shown now; raise Problem."""
        if isinstance(grant, Owner):
            return (EVER,)
        # as of now: a grant says itself how sure the hour is
        consents = self.consents
        held = None if consents is None else consents.grant(grant.service)
        if held is None or held != grant:
            raise _changed()
        asked = Question(
            query.meter,
            query.register,
            query.step,
            query.at_ms,
            query.end_ms,
            Channel.REST,
            query.civil,
            query.purpose,
        )
        return allowed(held, asked, self._now_ms(), self.zone)

    def sample(self, grant: Grant, sample: Sample, channel: Channel) -> Sample | None:
        """Give what of a sample may be shown; None for nothing."""
        if isinstance(grant, Owner):
            return sample
        return allowed_sample(grant, sample, channel, CATALOGUE)

    def live(self, grant: Grant, item: Sample | Event) -> Sample | Event | None:
        """Give what of a live item may be sent on a stream; None for nothing."""
        if isinstance(grant, Owner):
            return item
        if isinstance(item, Sample):
            return self.sample(grant, item, Channel.SSE)
        fluid = self.fluids.get(item.meter)
        if fluid is None:
            return None
        return allowed_event(grant, item, fluid, Channel.SSE)

    def tells_facts(self, grant: Grant, meter: str) -> bool:
        """Tell whether a grant may see facts of a meter."""
        return isinstance(grant, Owner) or (
            allowed_facts(grant, meter, self.fluids[meter])
        )

    def facts(self, grant: Grant, meter: str, found: Sequence[Fact]) -> Sequence[Fact]:
        """Give the facts that may be shown, each as far as it may."""
        if isinstance(grant, Owner):
            return found
        self.check(grant)
        spans = self._told(grant, meter, self.fluids[meter])
        cut = [_within(one, spans) for one in found if one.kind in FACTS]
        return [one for one in cut if one is not None]

    def _told(self, grant: records.Grant, meter: str, fluid: Fluid) -> list[Span]:
        """Give of when a meter's contracts are told: the window, less the pauses."""
        now_ms = self._now_ms()
        today = utc(now_ms).astimezone(self.zone).date()
        calendar = Calendar(self.zone)
        at_ms = min(
            calendar.day_start(one.terms.history.before(today))
            for one in grant.of(meter, fluid, ConsentClass.CONTRACT, Channel.REST)
        )
        spans = []
        for pause in grant.pauses:
            if pause.start_ms > at_ms:
                spans.append((at_ms, pause.start_ms))
            at_ms = max(at_ms, now_ms if pause.end_ms is None else pause.end_ms)
        return [*spans, (at_ms, max(at_ms, now_ms))]

    def note(self, grant: Grant, query: Query, span: Span, rows: int) -> None:
        """Note that rows of a question left."""
        if rows:
            told = query.register.consent(query.step)
            reading = Reading(query.meter, told, query.step.value, *span, rows)
            self._note(grant, Channel.REST, [reading])

    def note_facts(self, grant: Grant, meter: str, span: Span, rows: int) -> None:
        """Note that facts of a meter left."""
        if rows:
            reading = Reading(meter, ConsentClass.CONTRACT, "facts", *span, rows)
            self._note(grant, Channel.REST, [reading])

    def note_live(self, grant: Grant, item: Sample | Event, channel: Channel) -> None:
        """Note that a sample or an event left."""
        classes: Iterable[ConsentClass] = (ConsentClass.EVENT,)
        if isinstance(item, Sample):
            known = (CATALOGUE[name] for name in item.values if name in CATALOGUE)
            classes = {register.consent(Step.RAW) for register in known}
        span = (item.at_ms, item.at_ms + 1)
        grain = Grain.LIVE.value
        readings = [Reading(item.meter, told, grain, *span) for told in classes]
        self._note(grant, channel, readings)

    async def write(self) -> None:
        """Write the read journal now and then, and once more when it is cancelled."""
        if self.journal is None:
            return
        try:
            while True:
                await asyncio.sleep(WRITE_S)
                now_ms = self._now_ms()
                if self.journal.due(now_ms):
                    await self._write(now_ms)
        finally:
            await self._write(self._now_ms())

    async def _write(self, now_ms: int) -> None:
        if self.journal is None:
            return
        try:
            await asyncio.to_thread(self.journal.write, now_ms)
        except EdgeError as error:
            log.warning("the read journal waits for the disk: %s", error)

    def _note(
        self, grant: Grant, channel: Channel, readings: Sequence[Reading]
    ) -> None:
        if self.journal is not None:
            self.journal.note(name_of(grant), channel, readings, self._now_ms())

    def _now_ms(self) -> int:
        return 0 if self.consents is None else self.consents.now_ms()


def _changed() -> Problem:
    return Problem(
        "grant-changed", "what the household grants has changed meanwhile; ask anew"
    )


def _within(fact: Fact, spans: Sequence[Span]) -> Fact | None:
    """Give what of a fact lies in what is told, from its first to its last instant."""
    ends = EVER[1] if fact.end_ms is None else fact.end_ms
    met = [
        (max(start, fact.start_ms), min(end, ends))
        for start, end in spans
        if fact.start_ms < end and ends > start
    ]
    if not met:
        return None
    last = met[-1][1]
    goes_on = last == spans[-1][1] and ends > last
    return Fact(
        fact.meter,
        fact.kind,
        met[0][0],
        None if goes_on else last,
        fact.origin,
        fact.detail,
    )
