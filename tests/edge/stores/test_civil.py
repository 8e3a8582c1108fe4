"""Gas by its own days and by civil ones, out of half-hours or unknown; each store."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from edge.calendar import Calendar, calendar_of
from edge.catalogue import Fluid
from edge.interval import Interval, Step
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.reads import Reads
from edge.roller.roller import Counting
from edge.sample import Quality, Slice, millis
from edge.stores.projector import Projector

PARIS = ZoneInfo("Europe/Paris")
GAS_DAYS, CIVIL = calendar_of(Fluid.GAS, PARIS), Calendar(PARIS)
VOLUME = "gas_volume_l"
EVER = 1 << 50


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


@pytest.fixture
def home(tmp_path, store):
    journal = Journal.open(tmp_path / "home", policy=Policy(), ballast_bytes=0)
    counting = Counting(fluids={"gas": Fluid.GAS})
    yield journal, Reads(store, journal, counting), Projector(journal, store)
    journal.close()


def halves(start: int, end: int, first: int = 0):
    edges = CIVIL.boundaries(Step.MIN30, start, end).tolist()
    return tuple(
        Interval("gas", VOLUME, Step.MIN30, *slot, first + n, sources="pulses")
        for n, slot in enumerate(pairwise(edges))
    )


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-06-10"])
async def test_a_civil_day_is_its_own_half_hours_on_both_dst_days_too(home, day):
    journal, reads, projector = home
    start, end = CIVIL.interval(Step.DAY, at(f"{day} 12:00"))
    counted = halves(start, end)
    await journal.append([counted])
    for stored in (False, True):
        if stored:
            await projector.project()
        rows = reads.civil_columns("gas", VOLUME, Step.DAY, 0, EVER)
        assert (rows.start_ms, rows.end_ms) == ([start], [end])
        assert rows.value == [sum(row.value for row in counted)]
        assert (rows.coverage, rows.sources) == ([1.0], ["pulses"])
        own = reads.civil_columns("gas", VOLUME, Step.DAY, 0, EVER, purpose=None)
        assert own.value == rows.value
        month = reads.civil_columns("gas", VOLUME, Step.MONTH, 0, EVER)
        assert month.value == rows.value
        assert month.start_ms == [CIVIL.interval(Step.MONTH, start)[0]]


async def test_a_day_known_from_six_to_six_is_unknown_from_midnight_to_midnight(home):
    journal, reads, projector = home
    slots = [GAS_DAYS.interval(Step.DAY, at(f"2026-06-{n} 12:00")) for n in (10, 11)]
    told = tuple(
        Slice("gas", VOLUME, *slot, 5_000, Quality.RAW, "file:grdf", 1)
        for slot in slots
    )
    counted = halves(at("2026-06-11"), at("2026-06-12"))
    await journal.append([told, counted])
    for stored in (False, True):
        if stored:
            await projector.project()
        civil = reads.civil_columns("gas", VOLUME, Step.DAY, 0, EVER)
        # GRDF's second day ends on the morning of the 12th
        assert civil.start_ms == [at(f"2026-06-{n}") for n in (10, 11, 12)]
        assert civil.value == [None, sum(range(48)), None]
        assert civil.coverage == [0.0, 1.0, 0.0]
        # a part of GRDF's days is known by the home: whole, they are GRDF's
        own_days = reads.merged_columns("gas", VOLUME, Step.DAY, 0, EVER)
        assert own_days.value == [5_000, 5_000]


async def test_half_hours_and_hours_are_the_same_by_either_day(home):
    journal, reads, _ = home
    await journal.append([halves(at("2026-06-11"), at("2026-06-12"))])
    assert reads.civil_columns(
        "gas", VOLUME, Step.MIN30, 0, EVER
    ) == reads.merged_columns("gas", VOLUME, Step.MIN30, 0, EVER)


async def test_nothing_is_nothing_by_any_day(home):
    assert not len(home[1].civil_columns("gas", VOLUME, Step.DAY, 0, EVER))


async def test_rows_are_those_that_start_in_the_span(home):
    journal, reads, _ = home
    await journal.append([halves(at("2026-06-09"), at("2026-06-14"))])
    span = (at("2026-06-10"), at("2026-06-12"))
    rows = reads.civil_columns("gas", VOLUME, Step.DAY, *span)
    assert rows.start_ms == [at("2026-06-10"), at("2026-06-11")]
    assert len(reads.civil_columns("gas", VOLUME, Step.DAY, *span, 1)) == 1
