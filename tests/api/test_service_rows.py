"""What a service gets of rows and facts: whole ones, within its spans, as of now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from api_house import NOW_MS, PARIS, FakeReads, half_hours, paris

from api.door import Door
from api.errors import Problem
from api.instants import Civil
from api.json_rows import JsonRows
from api.query import Query
from api.rows import Rows
from edge.catalogue import Fluid
from edge.consent.allowed import LAG_MS
from edge.consent.consents import Choice, Consents
from edge.consent.records import Declared
from edge.consent.terms import Channel, read
from edge.facts import Fact, FactKind
from edge.interval import Point, Step
from edge.registers import CATALOGUE
from edge.sample import HostInstant

START_MS = paris("2026-09-01T00:00:00+02:00")
HALF_MS, HOUR_MS, DAY_MS = 1_800_000, 3_600_000, 86_400_000
COACH = Declared("Coach", "Coach SAS", "contact@coach.example")


class SetClock:
    wall_ms = NOW_MS
    monotonic_ms = 1

    def now(self):
        return HostInstant(
            self.wall_ms, self.monotonic_ms * 1_000_000, synchronised=True, boot_id="b"
        )

    def at(self, at_ms):
        self.monotonic_ms += at_ms - self.wall_ms
        self.wall_ms = at_ms


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def consents(tmp_path, clock):
    opened = Consents.open(tmp_path, clock, PARIS)
    yield opened
    opened.close()


@pytest.fixture
def reads():
    rows = half_hours(48 * 61, START_MS)
    points = [Point(START_MS + n * 600_000, n) for n in range(6 * 24 * 61)]
    return FakeReads(
        kept={("linky", "import_total_wh", Step.MIN30): rows},
        changes={("linky", "apparent_power_va"): points},
    )


@pytest.fixture
def rows(reads, consents):
    return Rows(reads, 1, Door(PARIS, {"linky": Fluid.ELECTRICITY}, consents))


def granted(consents, consent_class="energy", grain="30min", history="P1Y"):
    terms = read(
        {
            "type": "releve",
            "fluid": "electricity",
            "class": consent_class,
            "granularity": grain,
            "history": history,
            "purpose": "tests",
        }
    )
    choice = Choice(terms, frozenset({"linky"}))
    service, _ = consents.give(COACH, [choice], {"by": "tests"})
    return consents.grant(service.id)


def query(limit=60_000, register="import_total_wh", step=Step.MIN30):
    span = (START_MS, NOW_MS + 30 * DAY_MS, START_MS)
    return Query("linky", CATALOGUE[register], step, *span, limit, holder="s/1")


async def starts(rows, grant, asked):
    """The starts of all rows of a question, page by page."""
    found = []
    while True:
        seen = Noting()
        page = await rows.page(grant, asked, seen)
        if page.rest is not None:
            async for _ in page.rest:
                pass
        found += seen.starts
        if page.next_ms is None:
            return found
        asked = replace(asked, at_ms=page.next_ms)


class Noting(JsonRows):
    """Notes which rows are rendered."""

    def __init__(self):
        super().__init__(query(), Civil(PARIS))
        self.starts = []

    def intervals(self, columns):
        self.starts += columns.start_ms
        return b"x"

    def points(self, points):
        self.starts += [point.at_ms for point in points]
        return b"x"


def with_pauses(consents, clock, grant):
    """Pauses that begin and end within half-hours; one is no longer than a moment."""
    for day, lasted_ms in ((1, 5 * HOUR_MS + 7), (2, 1), (2, 40 * 60_000)):
        clock.at(max(NOW_MS + day * DAY_MS + 11 * 60_000, clock.wall_ms + 60_000))
        consents.pause([grant.service])
        clock.at(clock.wall_ms + lasted_ms)
        consents.resume([grant.service])
    clock.at(NOW_MS + 4 * DAY_MS)
    return consents.grant(grant.service)


@pytest.mark.parametrize("limit", [1, 2, 7, 100, 60_000])
async def test_pages_around_pauses_have_each_row_once(rows, consents, clock, limit):
    grant = with_pauses(consents, clock, granted(consents))
    asked = replace(query(limit), at_ms=NOW_MS - DAY_MS)
    expected = [
        start
        for start in range(START_MS, clock.wall_ms - HALF_MS - LAG_MS + 1, HALF_MS)
        if start >= asked.at_ms
        and all(
            start + HALF_MS <= pause.start_ms or start >= pause.end_ms
            for pause in grant.pauses
        )
    ]
    found = await starts(rows, grant, asked)
    assert found == expected


@pytest.mark.parametrize("limit", [1, 50, 60_000])
async def test_raw_values_of_a_pause_are_left_out(rows, consents, clock, limit):
    given = granted(consents, "live_power", "live", "P1D")
    grant = with_pauses(consents, clock, given)
    asked = replace(query(limit, "apparent_power_va", Step.RAW), at_ms=NOW_MS + DAY_MS)
    found = await starts(rows, grant, asked)
    assert found
    for at_ms in found:
        assert not any(p.start_ms <= at_ms < p.end_ms for p in grant.pauses)


async def test_each_slice_is_asked_anew_and_nothing_of_a_changed_grant_is_given(
    rows, reads, consents, monkeypatch
):
    monkeypatch.setattr("api.rows.SLICE_ROWS", 100)
    grant = granted(consents)
    page = await rows.page(grant, query(), Noting())
    given = [one.id for one in consents.standing.of(grant.service)]
    assert await anext(page.rest) == b"x"
    consents.withdraw(given)
    with pytest.raises(Problem) as refused:
        await anext(page.rest)
    assert refused.value.kind == "grant-changed"
    with pytest.raises(Problem):
        await rows.page(grant, query(), Noting())
    asked = len(reads.asked)
    with pytest.raises(Problem):
        await rows.page(grant, query(), Noting())
    assert len(reads.asked) == asked


async def test_a_grant_that_changes_while_it_is_read_gives_nothing(
    rows, reads, consents
):
    grant = granted(consents)
    read_on = reads.merged_columns

    def withdrawn(*asked):
        consents.pause([grant.service])
        return read_on(*asked)

    reads.merged_columns = withdrawn
    with pytest.raises(Problem) as refused:
        await rows.page(grant, query(), Noting())
    assert refused.value.kind == "grant-changed"


async def test_nobody_but_the_owner_sees_what_each_source_said(rows, consents):
    assert await rows.slices(granted(consents), query()) == []


def fact(kind, start_ms, end_ms=None):
    return Fact("linky", kind, start_ms, end_ms, "file:x", {"contract": "HC"})


async def facts(rows, reads, grant, *known):
    reads.known = list(known)
    found = await rows.facts(grant, "linky", 0, NOW_MS * 2)
    return [(one.start_ms, one.end_ms) for one in found]


async def test_facts_are_told_by_the_contract_class_alone(rows, reads, consents):
    known = fact(FactKind.TARIFF, START_MS)
    assert await facts(rows, reads, granted(consents), known) == []
    grant = granted(consents, "contract", "live")
    assert await facts(rows, reads, grant, known) == [(START_MS, None)]
    for kind in (FactKind.INDEX, FactKind.ANEW, FactKind.DEVICE):
        assert await facts(rows, reads, grant, fact(kind, START_MS)) == []


async def test_facts_are_told_as_far_as_the_window_and_no_pause_goes(
    rows, reads, consents, clock
):
    grant = granted(consents, "contract", "live", "P30D")
    edge_ms = paris("2026-09-26T00:00:00+02:00")
    told = await facts(
        rows,
        reads,
        grant,
        fact(FactKind.TARIFF, 0, START_MS),
        fact(FactKind.TARIFF, START_MS, NOW_MS - DAY_MS),
        fact(FactKind.TARIFF, NOW_MS - DAY_MS),
    )
    assert told == [(edge_ms, NOW_MS - DAY_MS), (NOW_MS - DAY_MS, None)]
    consents.pause([grant.service])
    clock.at(NOW_MS + HOUR_MS)
    consents.resume([grant.service])
    grant = consents.grant(grant.service)
    told = await facts(
        rows,
        reads,
        grant,
        fact(FactKind.TARIFF, START_MS, NOW_MS + 60_000),
        fact(FactKind.TARIFF, NOW_MS + 60_000, NOW_MS + 120_000),
        fact(FactKind.TARIFF, NOW_MS + 120_000),
    )
    assert told == [(edge_ms, NOW_MS), (NOW_MS + HOUR_MS, None)]


async def test_the_read_journal_notes_by_the_channel_of_the_question(reads, consents):
    noted = []

    class Journal:
        def note(self, service, channel, readings, at_ms):
            noted.append((service, channel, *readings, at_ms))

    door = Door(PARIS, {"linky": Fluid.ELECTRICITY}, consents, Journal())
    grant = granted(consents)
    await Rows(reads, 1, door).page(grant, query(3), Noting())
    ((service, channel, reading, at_ms),) = noted
    assert (service, channel, at_ms) == (grant.service, Channel.REST, NOW_MS)
    assert (reading.start_ms, reading.end_ms) == (START_MS, START_MS + 3 * HALF_MS)
    assert (reading.rows, reading.grain) == (3, "30min")
