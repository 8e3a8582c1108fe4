"""A silence that a file tells in part: the rest is what the indexes leave for it."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from edge.calendar import HOUR_MS, Calendar
from edge.interval import Step
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.reads import Reads
from edge.roller.consumer import RollerConsumer
from edge.sample import Quality, Sample, Slice, millis
from edge.stores.projector import Projector

PARIS = ZoneInfo("Europe/Paris")
CALENDAR = Calendar(PARIS)
TOTAL, CURVE = "import_total_wh", "import_load_curve_w"
EVER = 1 << 50


def at(text: str) -> int:
    return millis(datetime.fromisoformat(text).replace(tzinfo=PARIS))


@pytest.fixture
async def home(tmp_path, store):
    journal = Journal.open(tmp_path / "home", policy=Policy(), ballast_bytes=0)
    reads = Reads(store, journal)
    roller = RollerConsumer(journal, reads)
    await roller.start()
    yield journal, reads, roller, Projector(journal, store)
    journal.close()


async def hear(home, first_ms, last_ms, index):
    """Hear a meter that counts 1 Wh each 10 s."""
    journal, _, roller, _ = home
    for at_ms in range(first_ms, last_ms, 10_000):
        journal.add_sample(Sample("linky", at_ms, {TOTAL: index}))
        index += 1
    await journal.commit()
    await roller.catch_up()
    return index - 1


def curve(start, end, watts):
    edges = CALENDAR.boundaries(Step.MIN30, start, end).tolist()
    return tuple(
        Slice("linky", CURVE, *slot, watts, Quality.RAW, "file:enedis-load-curve", 1)
        for slot in pairwise(edges)
    )


def rows(reads, step):
    return reads.merged_columns("linky", TOTAL, step, 0, EVER)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24", "2026-06-10"])
async def test_what_a_file_tells_of_a_silence_is_taken_off_what_the_indexes_leave(
    home, day
):
    journal, reads, _, projector = home
    lost = at(f"{day} 10:10")
    back = lost + 40 * HOUR_MS
    begun = at(f"{day} 08:00")
    before = await hear(home, begun, lost, 5_000)
    last = await hear(home, back, back + 2 * HOUR_MS, before + 20_000)
    whole = last - 5_000
    assert sum(rows(reads, Step.MIN30).value) == whole
    # 20 hours of which a file knows that 900 W were drawn
    told = curve(at(f"{day} 11:00"), at(f"{day} 11:00") + 20 * HOUR_MS, 900)
    await journal.append([told])
    for stored in (False, True):
        if stored:
            await projector.project()
        halves = rows(reads, Step.MIN30)
        assert sum(halves.value) == whole
        theirs = [
            value
            for value, sources in zip(halves.value, halves.sources, strict=True)
            if sources == "file:enedis-load-curve"
        ]
        assert theirs == [450] * 40
        guessed = [
            value
            for value, coverage in zip(halves.value, halves.coverage, strict=True)
            if not coverage
        ]
        assert max(guessed) - min(guessed) <= 1, "spread evenly over time"
        for step in (Step.HOUR, Step.DAY, Step.MONTH):
            found = rows(reads, step)
            assert sum(found.value) == whole, step
        days = rows(reads, Step.DAY)
        for start, end, value in zip(
            days.start_ms, days.end_ms, days.value, strict=True
        ):
            inside = [
                one
                for one, at_ms in zip(halves.value, halves.start_ms, strict=True)
                if start <= at_ms < end
            ]
            assert sum(inside) == value


async def test_pages_within_a_silence_are_the_whole_cut(home):
    journal, reads, _, _ = home
    lost = at("2026-06-10 10:10")
    before = await hear(home, lost - HOUR_MS, lost, 5_000)
    await hear(home, lost + 30 * HOUR_MS, lost + 31 * HOUR_MS, before + 9_000)
    await journal.append([curve(lost + HOUR_MS, lost + 9 * HOUR_MS, 500)])
    whole = rows(reads, Step.MIN30).rows("linky", TOTAL, Step.MIN30)
    found, after = [], 0
    while len(page := reads.merged_columns("linky", TOTAL, Step.MIN30, after, EVER, 7)):
        found += page.rows("linky", TOTAL, Step.MIN30)
        after = page.start_ms[-1] + 1
    assert found == whole


async def test_a_file_that_tells_more_than_the_indexes_leaves_the_guess(home):
    journal, reads, _, _ = home
    lost = at("2026-06-10 10:10")
    before = await hear(home, lost - HOUR_MS, lost, 5_000)
    await hear(home, lost + 30 * HOUR_MS, lost + 31 * HOUR_MS, before + 900)
    own = rows(reads, Step.MIN30)
    await journal.append([curve(lost + HOUR_MS, lost + 9 * HOUR_MS, 5_000)])
    merged = rows(reads, Step.MIN30)
    kept = [
        (one, other)
        for one, other, sources in zip(
            own.value, merged.value, merged.sources, strict=True
        )
        if "file" not in sources
    ]
    assert all(one == other for one, other in kept)


async def test_a_silence_of_which_nobody_else_speaks_is_as_it_was(home):
    _, reads, _, _ = home
    lost = at("2026-06-10 10:10")
    before = await hear(home, lost - HOUR_MS, lost, 5_000)
    await hear(home, lost + 30 * HOUR_MS, lost + 31 * HOUR_MS, before + 9_000)
    for step in (Step.MIN30, Step.DAY, Step.MONTH):
        own = reads.interval_columns("linky", TOTAL, step, 0, EVER)
        assert rows(reads, step) == own
