"""What goes when: raw after its minutes are kept, minutes after a year, rows never."""

from __future__ import annotations

import pytest

from edge.calendar import DAY_MS
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.reads import Reads
from edge.record import Address, Lane, Record
from edge.retention import Limits, Retention, free_bytes
from edge.sample import Sample
from edge.stores.sqlite import SqliteStore

DAY = 20_000 * DAY_MS
TOTAL = "import_total_wh"
EVER = 1 << 50


class Journal:
    def __init__(self):
        self.caps = []
        self.thinned = []

    def read(self, after=None, *, limit=256):  # noqa: ARG002 - as a journal
        return []

    def last_sample(self, meter):  # noqa: ARG002 - same
        return None

    async def thin(self, meter, step, before_ms):
        self.thinned.append((meter, step, before_ms))
        return 1

    async def keep_within(self, *, days, max_bytes):
        self.caps.append((days, max_bytes))
        return 3


@pytest.fixture
def store(tmp_path):
    made = SqliteStore(tmp_path / "store.db")
    samples = [Sample("linky", DAY + i * 6 * 3_600_000, {TOTAL: i}) for i in range(400)]
    row = Interval("linky", TOTAL, Step.MIN30, DAY, DAY + 1_800_000, 4)
    made.project(
        [
            Record(
                Address(1, 1), Lane.PRESENT, "linky", DAY, DAY + 1, Block.of(samples)
            ),
            Record(Address(1, 2), Lane.PRESENT, "linky", DAY, DAY + 1, (row,)),
        ]
    )
    yield made
    made.close()


def retention(store, free, **limits):
    journal = Journal()
    reads = Reads(store, journal)
    return Retention(store, reads, journal, Limits(**limits), free), reads, journal


async def test_raw_goes_by_days_and_its_minutes_stay_in_its_place(store):
    plenty = lambda: 1 << 40  # noqa: E731 - a disk
    keeper, reads, journal = retention(store, plenty, raw_days=30)
    before = reads.intervals("linky", TOTAL, Step.MIN1, 0, EVER, 1 << 20)
    await keeper.tidy()
    await keeper.tidy()
    last = DAY + 99 * DAY_MS
    assert store.heard("linky")[0] == last - 30 * DAY_MS
    assert reads.intervals("linky", TOTAL, Step.MIN1, 0, EVER, 1 << 20) == before
    assert sum(row.value for row in before) == 399
    assert len(store.intervals("linky", TOTAL, Step.MIN30, 0, EVER, 9)) == 1
    assert journal.caps == [(30, 2 << 30)] * 2
    assert keeper.health().ok
    assert keeper.health().counters["gone_journal"] == 6


async def test_minutes_and_rows_go_when_the_owner_says(store):
    keeper, _reads, journal = retention(
        store,
        lambda: 1 << 40,
        raw_days=9,
        minute_days=20,
        interval_days={Step.MIN30: 50},
    )
    await keeper.tidy()
    last = DAY + 99 * DAY_MS
    assert min(store.minutes_kept("linky", 0, EVER)) == last - 20 * DAY_MS
    assert store.intervals("linky", TOTAL, Step.MIN30, 0, EVER, 9) == []
    # the journal reads itself whole for it: once a day
    await keeper.tidy()
    assert journal.thinned == [("linky", Step.MIN30, last - 50 * DAY_MS)]


async def test_short_of_space_raw_thins_first_then_minutes_never_rows(store):
    keeper, _, _ = retention(store, lambda: 0, raw_days=60, minute_days=90)
    await keeper.tidy()
    last = DAY + 99 * DAY_MS
    assert store.heard("linky")[0] == last - 2 * DAY_MS
    assert min(store.minutes_kept("linky", 0, EVER)) == last - 7 * DAY_MS
    assert len(store.intervals("linky", TOTAL, Step.MIN30, 0, EVER, 9)) == 1
    health = keeper.health()
    assert not health.ok
    assert "short" in health.detail


async def test_it_stops_thinning_when_there_is_room_again(store):
    rooms = iter([0, 0])
    keeper, _, _ = retention(store, lambda: next(rooms, 1 << 40), raw_days=60)
    await keeper.tidy()
    assert keeper.health().gauges["raw_days"] == 15
    assert keeper.health().gauges["minute_days"] == 366


async def test_a_store_of_nothing_has_nothing_to_lose(tmp_path):
    store = SqliteStore(tmp_path / "store.db")
    keeper, _, _ = retention(store, free_bytes(tmp_path))
    await keeper.tidy()
    assert keeper.health().gauges["free_bytes"] > 0
    store.close()
