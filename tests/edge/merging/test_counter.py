"""What the home's counter showed first and last, out of rows and the last reading."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from edge.calendar import HOUR_MS, Calendar
from edge.interval import Interval, Step
from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.merging.completed import Completion
from edge.merging.counter import OwnCounter
from edge.reads import Reads
from edge.record import Baseline, Correction
from edge.registers import CATALOGUE
from edge.roller.consumer import RollerConsumer
from edge.sample import Quality, Sample, Slice
from edge.stores.protocol import IntervalColumns
from edge.stores.sqlite import SqliteStore

AT = 1_792_870_000_000
TOTAL = "import_total_wh"
CALENDAR = Calendar()


@pytest.fixture
def home(tmp_path):
    journal = Journal.open(tmp_path / "home", policy=Policy(), ballast_bytes=0)
    store = SqliteStore(tmp_path / "store.db")
    reads = Reads(store, journal)
    yield journal, reads, RollerConsumer(journal, reads)
    store.close()
    journal.close()


async def hear(home, words=()):
    journal, reads, roller = home
    await roller.start()
    for n in range(900):
        values = {TOTAL: 5_000 + 7 * n}
        journal.add_sample(Sample("linky", AT + n * 40_000, values))
    await journal.append(list(words))
    await journal.commit()
    await roller.catch_up()
    return OwnCounter(reads, CALENDAR, "linky", TOTAL)


async def test_the_first_index_is_told_without_the_first_reading(home):
    counter = await hear(home)
    first, last = counter.edges()
    assert (first.index, last.index) == (5_000, 5_000 + 7 * 899)
    assert first.at_ms == CALENDAR.interval(Step.MIN30, AT)[0]
    assert last.at_ms == CALENDAR.interval(Step.MIN30, AT + 899 * 40_000)[1]
    assert {first.origin, last.origin} == {"tic"}


async def test_it_is_what_the_counter_showed_before_another_was_fitted(home):
    change = Baseline("linky", AT + 5 * HOUR_MS, "device", {TOTAL: 1_000})
    counter = await hear(home, [change])
    first, _ = counter.edges()
    assert first.index == 5_000
    assert counter.changes() == [change.at_ms]


async def test_a_count_that_was_set_by_the_dial_is_the_same_meters(home):
    journal, reads, roller = home
    await roller.start()
    change = AT + 3 * HOUR_MS
    for n in range(900):  # counted from 0, until the owner said what the dial shows
        at_ms = AT + n * 40_000
        shown = 7 * n if at_ms < change else 10_000_000 + 7 * n
        if at_ms >= change > at_ms - 40_000:
            offsets = {TOTAL: -10_000_000}
            await journal.append([Baseline("linky", at_ms, "set_index", offsets)])
        journal.add_sample(Sample("linky", at_ms, {TOTAL: shown}))
    await journal.commit()
    await roller.catch_up()
    counter = OwnCounter(reads, CALENDAR, "linky", TOTAL)
    assert counter.changes() == []
    # what it had missed before it was set is not known
    (last,) = counter.edges()
    assert last.index == 10_000_000 + 7 * 899
    exchange = Baseline("linky", AT + 5 * HOUR_MS, "device", {TOTAL: 3})
    await journal.append([exchange])
    assert counter.changes() == [exchange.at_ms]


async def test_where_the_owner_corrected_it_is_not_told(home):
    word = Correction("linky", TOTAL, AT, AT + HOUR_MS, 3, AT)
    counter = await hear(home, [word])
    assert counter.edges() == []


def test_nothing_was_ever_heard(home):
    assert OwnCounter(home[1], CALENDAR, "linky", TOTAL).edges() == []


@dataclass
class Counted:
    """A home whose rows know everything, and how many slices were asked for."""

    rows: IntervalColumns = field(default_factory=IntervalColumns)
    asked: list[str] = field(default_factory=list)

    def interval_columns(self, *asked):
        self.asked.append(f"rows {asked}")
        return self.rows

    def slices(self, *asked):
        self.asked.append(f"slices {asked}")
        return [
            Slice("linky", TOTAL, AT, AT + HOUR_MS, 5, Quality.RAW, "file:enedis", 1, 9)
        ]


@pytest.mark.parametrize("open_row", [False, True])
def test_where_the_rows_know_everything_nothing_more_is_asked(open_row):

    page = IntervalColumns()
    start = CALENDAR.interval(Step.MIN30, AT)[0]
    for n in range(48):
        slot = (start + n * 1_800_000, start + (n + 1) * 1_800_000)
        last = open_row and n == 47
        row = Interval(
            "linky",
            TOTAL,
            Step.MIN30,
            *slot,
            5,
            coverage=0.3 if last else 1.0,
            revision=0 if last else 1,
        )
        page.insert(n, row)
    home = Counted()
    completion = Completion(
        home,
        None,
        CALENDAR,
        "linky",
        CATALOGUE[TOTAL],
        OwnCounter(home, CALENDAR, "linky", TOTAL),
    )
    end = start + (60 if open_row else 48) * 1_800_000
    assert completion.page(Step.MIN30, (start, end), 100, page) is page
    assert home.asked == []
