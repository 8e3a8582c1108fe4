"""A home's own figures, few at a time, as its pages show them to the household."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import orjson

from api.deps import MeterInfo
from api.door import OWNER
from api.home import Home
from api.query import Query
from api.rows import Renderer
from edge.calendar import calendar_of
from edge.catalogue import Kind, Register
from edge.consent.allowed import Question, allowed, steps_of
from edge.consent.records import Consent, Grant
from edge.consent.terms import Terms
from edge.interval import Point, Step
from edge.registers import meter_of
from edge.sample import utc
from edge.stores.protocol import IntervalColumns

Row: TypeAlias = tuple[int, int, int | str | None]
"""Start, end and value; of a change, twice its instant."""

ROWS_MOST = 700
REGISTERS_MOST = 3
ELECTRICITY_INDEX = "import_total_wh"
MINUTE_MS, DAY_MS = 60_000, 86_400_000
BACK_MS = {
    Step.RAW: 10 * MINUTE_MS,
    Step.MIN1: 60 * MINUTE_MS,
    Step.MIN30: 2 * DAY_MS,
    Step.HOUR: 2 * DAY_MS,
    Step.DAY: 31 * DAY_MS,
    Step.MONTH: 400 * DAY_MS,
    Step.YEAR: 1200 * DAY_MS,
}
"""How far back the household is shown what a service would see."""


class _Plain(Renderer):
    """Writes each slice as one line of rows."""

    def intervals(self, columns: IntervalColumns) -> bytes:
        rows = zip(columns.start_ms, columns.end_ms, columns.value, strict=True)
        return orjson.dumps([[int(a), int(b), v] for a, b, v in rows]) + b"\n"

    def points(self, points: list[Point]) -> bytes:
        return orjson.dumps([[p.at_ms, p.at_ms, p.value] for p in points]) + b"\n"


async def rows(  # noqa: PLR0913 - a question has these dimensions
    here: Home, meter: str, register: Register, step: Step, start_ms: int, end_ms: int
) -> list[Row]:
    """Give the rows of a register whose start is in [start_ms, end_ms)."""
    span = (start_ms, end_ms, start_ms)
    query = Query(meter, register, step, *span, ROWS_MOST)
    page = await here.rows.page(OWNER, query, _Plain())
    return [
        (start, end, value)
        for line in page.first.splitlines()
        for start, end, value in orjson.loads(line)
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a service would see of one register."""

    register: Register
    step: Step
    rows: list[Row]


async def seen(here: Home, info: MeterInfo, terms: Terms) -> list[Seen]:
    """Give what a service would see of a meter by these terms, the newest of it.

    It is what `allowed` shows a grant of just that, made for this question alone.
    """
    now_ms = here.consent_ms()
    grant = hypothetical(info.id, terms, now_ms)
    channel = min(terms.channels)
    heard = (await here.rows.heard()).get(info.id, ())
    known = [here.deps.catalogue[one] for one in heard if one in here.deps.catalogue]
    # what is felt at each moment says more than a count that runs
    known.sort(key=lambda register: register.kind is not Kind.INSTANT)
    found: list[Seen] = []
    for register in known:
        steps = steps_of(grant, info.id, register)
        if not steps or len(found) == REGISTERS_MOST:
            continue
        step = steps[0]
        start_ms = now_ms - BACK_MS[step]
        asked = Question(info.id, register, step, start_ms, now_ms, channel)
        shown: list[Row] = []
        for since_ms, until_ms in allowed(grant, asked, now_ms, here.deps.zone):
            end_ms = min(until_ms, now_ms)
            if since_ms < end_ms:
                got = await rows(here, info.id, register, step, since_ms, end_ms)
                shown += [row for row in got if row[1] <= until_ms]
        found.append(Seen(register, step, shown))
    return found


def hypothetical(meter: str, terms: Terms, now_ms: int) -> Grant:
    """Give the grant that these terms would be, of one meter, and of nobody."""
    consent = Consent(
        "preview", "preview", frozenset({meter}), terms, now_ms, now_ms + DAY_MS
    )
    return Grant("preview", 0, (consent,), since_ms=now_ms)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What flowed through a meter today, yesterday and this month; None: unknown.

    `until_ms` is how far today was counted.
    """

    register: Register
    today: int | None
    yesterday: int | None
    month: int | None
    until_ms: int | None


async def amounts(here: Home, info: MeterInfo) -> Amounts:
    """Give a meter's amounts, by its fluid's own days."""
    name = meter_of(info.fluid).index or ELECTRICITY_INDEX
    register = here.deps.catalogue[name]
    now_ms = here.deps.now_ms()
    calendar = calendar_of(info.fluid, here.deps.zone)
    start_ms, end_ms = calendar.interval(Step.DAY, now_ms)
    before_ms = calendar.interval(Step.DAY, start_ms - 1)[0]
    month_ms = calendar.interval(Step.MONTH, now_ms)[0]
    parts, days = await asyncio.gather(
        rows(here, info.id, register, Step.MIN30, start_ms, end_ms),
        rows(here, info.id, register, Step.DAY, min(month_ms, before_ms), start_ms),
    )
    today = _sum(parts)
    yesterday = _sum(row for row in days if row[0] == before_ms)
    month = _sum([*(row for row in days if row[0] >= month_ms), *parts])
    known = [min(end, now_ms) for _, end, value in parts if value is not None]
    return Amounts(register, today, yesterday, month, max(known, default=None))


def _sum(found: Iterable[Row]) -> int | None:
    known = [value for _, _, value in found if isinstance(value, int)]
    return sum(known) if known else None


def day_of(here: Home, at_ms: int) -> str:
    """Give the civil day of an instant, as 2026-10-25."""
    return utc(at_ms).astimezone(here.deps.zone).date().isoformat()
