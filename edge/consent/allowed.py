"""The one function that decides: which rows of a question a grant may be shown.

Granularity is a property of what can be inferred (design: Who may see what). A day is
shown whole, at a fixed time of the next, in one calendar; nothing that is still open
is shown to who holds less than `live`, and nothing of a time when it was paused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from edge.calendar import MINUTE_MS, Calendar, calendar_of
from edge.catalogue import Catalogue, ConsentClass, Fluid, Register
from edge.consent.records import Consent, Grant
from edge.consent.terms import Channel, Grain
from edge.event import Event, EventKind
from edge.interval import Step
from edge.merging.precedence import Purpose
from edge.registers import CATALOGUE
from edge.sample import Sample, utc

Span: TypeAlias = tuple[int, int]

SHOWN_HOUR = 7
"""The civil hour from which the days before are shown: gas days end at 06:00."""
LAG_MS = 5 * MINUTE_MS
"""After which a half-hour or an hour that is over is shown, whoever closed it when."""
AMOUNTS = (ConsentClass.ENERGY, ConsentClass.ENERGY_BY_TARIFF)
"""What is counted: asked for while it is counted, it tells the power at each moment."""
EVENTS = frozenset(
    {
        EventKind.TARIFF,
        EventKind.OVERLOAD,
        EventKind.TEMPO,
        EventKind.PEAK_NOTICE,
        EventKind.SILENCE,
        EventKind.LEAK,
    }
)
"""What a service may be told of: the others are between the owner and the home."""
SAID = frozenset({"state", "minutes"})
"""What an event says besides registers and isn't an amount or a power."""


@dataclass(frozen=True, slots=True)
class Question:
    """Rows of one register at one step whose start is in [start_ms, end_ms).

    `civil` and `purpose` are as the API has them: who holds days or coarser has one
    calendar and one series, the merged one.
    """

    meter: str
    register: Register
    step: Step
    start_ms: int
    end_ms: int
    channel: Channel
    civil: bool = False
    purpose: Purpose | None = Purpose.NOW


def allowed(
    grant: Grant, question: Question, now_ms: int, zone: ZoneInfo
) -> tuple[Span, ...]:
    """Give the spans that may be shown: a row is, if it lies wholly within one.

    Nothing for what the grant doesn't hold, which is to be told from what never was by
    nothing. `now_ms` is ConsentTime's, and the grant of the same moment.
    """
    register, step = question.register, question.step
    fluid, needed = register.fluid, register.consent(step)
    if not told(register) or (question.civil and fluid is not Fluid.GAS):
        return ()
    if step is Step.RAW and _betrays(register):
        return ()
    rows = Calendar(zone) if question.civil else calendar_of(fluid, zone)
    sure_ms = now_ms - grant.behind_ms
    spans: list[Span] = []
    for one in grant.of(question.meter, fluid, needed, question.channel):
        grain = one.terms.grain
        coarse = grain in (Grain.DAY, Grain.MONTH)
        if step not in grain.steps or (coarse and question.civil):
            continue
        if question.purpose is not Purpose.NOW and grain is not Grain.LIVE:
            continue  # two sources of one period close at different instants
        start_ms = max(question.start_ms, _since(one, fluid, now_ms, zone))
        if grain is Grain.LIVE and needed in AMOUNTS:
            grain = Grain.MIN30  # open rows asked each second are live power
        end_ms = closed(grain, fluid, sure_ms, zone)
        if start_ms < min(end_ms, question.end_ms):
            last_ms = min(end_ms, _last(rows, step, question.end_ms, end_ms))
            spans.append((start_ms, last_ms))
    # whole rows of each consent: one that only two together cover is of neither
    whole = _joined(_whole(rows, step, spans))
    holes = [(pause.start_ms, pause.end_ms) for pause in grant.pauses]
    return tuple(_whole(rows, step, _without(whole, holes)))


def told(register: Register) -> bool:
    """Tell whether a register is ever shown to a service.

    The distributor's calendar isn't, since the supplier's is: two calendars crossed
    tell more of a day than either.
    """
    return not register.name.startswith("import_distributor")


def _betrays(register: Register) -> bool:
    """Tell whether the moments of a register's raw words tell of another class.

    A Linky speaks all the time. A gas or water meter may speak when something flows:
    when it did is live power, whatever it said then.
    """
    return (
        register.fluid is not Fluid.ELECTRICITY
        and register.consent(Step.RAW) is not ConsentClass.LIVE_POWER
    )


def steps_of(grant: Grant, meter: str, register: Register) -> tuple[Step, ...]:
    """Give the steps of a register of a meter of which a grant may see anything."""
    if not told(register):
        return ()
    return tuple(
        step
        for step in register.steps
        if not (step is Step.RAW and _betrays(register))
        and any(
            step in one.terms.grain.steps
            for channel in Channel
            for one in grant.of(meter, register.fluid, register.consent(step), channel)
        )
    )


def allowed_sample(
    grant: Grant, sample: Sample, channel: Channel, catalogue: Catalogue
) -> Sample | None:
    """Give what of a live sample a grant may be shown; None for nothing."""
    if sample.at_ms < grant.since_ms:
        return None
    values = {
        name: value
        for name, value in sample.values.items()
        if name in catalogue
        and told(catalogue[name])
        and catalogue[name].consent(Step.RAW) not in AMOUNTS
        and _live(
            grant.of(
                sample.meter,
                catalogue[name].fluid,
                catalogue[name].consent(Step.RAW),
                channel,
            ),
            sample.at_ms,
        )
    }
    if all(_betrays(catalogue[name]) for name in values):
        return None
    return Sample(sample.meter, sample.at_ms, values, sample.quality, sample.origin)


def allowed_event(
    grant: Grant, event: Event, fluid: Fluid, channel: Channel
) -> Event | None:
    """Give what of an event a grant may be told; None for nothing."""
    if event.at_ms < grant.since_ms:
        return None
    found = grant.of(event.meter, fluid, ConsentClass.EVENT, channel)
    if event.kind not in EVENTS or not _live(found, event.at_ms):
        return None
    detail = {name: value for name, value in event.detail.items() if _said(name)}
    return Event(event.meter, event.at_ms, event.kind, detail)


def _said(name: str) -> bool:
    """Tell whether an event may say this: no amount, no power, no current."""
    register = name.removesuffix("_before")
    if register not in CATALOGUE:
        return name in SAID
    told = CATALOGUE[register].consent(Step.RAW)
    return told in (ConsentClass.EVENT, ConsentClass.CONTRACT)


def allowed_facts(grant: Grant, meter: str, fluid: Fluid) -> bool:
    """Tell whether a grant may see the contracts of a meter, and their dates."""
    return bool(grant.of(meter, fluid, ConsentClass.CONTRACT, Channel.REST))


def _live(consents: Iterable[Consent], at_ms: int) -> bool:
    """Tell whether what happens at an instant is told live: granted by then."""
    return any(
        one.terms.grain is Grain.LIVE and one.given_ms <= at_ms for one in consents
    )


def _last(rows: Calendar, step: Step, end_ms: int, most_ms: int) -> int:
    """Give the end of the last row that starts before an instant, `most_ms` at most."""
    if step is Step.RAW or most_ms <= end_ms:
        return min(end_ms, most_ms)
    return rows.interval(step, end_ms - 1)[1]


def _whole(rows: Calendar, step: Step, spans: Iterable[Span]) -> list[Span]:
    """Give spans less what is of rows that only begin or end in them."""
    if step is Step.RAW:
        return list(spans)
    found = []
    for start_ms, end_ms in spans:
        first, after = rows.interval(step, start_ms)
        low = start_ms if first == start_ms else after
        high = rows.interval(step, end_ms)[0]
        if low < high:
            found.append((low, high))
    return found


def _since(consent: Consent, fluid: Fluid, now_ms: int, zone: ZoneInfo) -> int:
    """Give where the past that a consent shows begins: a day's first instant."""
    today = utc(now_ms).astimezone(zone).date()
    return calendar_of(fluid, zone).day_start(consent.terms.history.before(today))


def closed(grain: Grain, fluid: Fluid, now_ms: int, zone: ZoneInfo) -> int:
    """Give up to where what is over is shown at a grain."""
    if grain is Grain.LIVE:
        return now_ms + timedelta(days=367) // timedelta(milliseconds=1)
    if grain in (Grain.MIN30, Grain.HOUR):
        return Calendar(zone).interval(Step(grain.value), now_ms - LAG_MS)[0]
    wall = utc(now_ms).astimezone(zone)
    day = wall.date() if wall.hour >= SHOWN_HOUR else wall.date() - timedelta(days=1)
    if grain is Grain.MONTH:
        day = day.replace(day=1)
    return calendar_of(fluid, zone).day_start(day)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _without(spans: list[Span], holes: Iterable[tuple[int, int | None]]) -> list[Span]:
    """Give spans less holes; one without an end goes on for ever."""
    for low, high in holes:
        left: list[Span] = []
        for start, end in spans:
            if start < low:
                left.append((start, min(end, low)))
            if high is not None and high < end:
                left.append((max(start, high), end))
        spans = [(start, end) for start, end in left if start < end]
    return spans
