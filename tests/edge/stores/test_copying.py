"""From a store into another: what the journal no longer has, and doing it again."""

from __future__ import annotations

import pytest

from edge.calendar import DAY_MS, HOUR_MS, MINUTE_MS
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.record import Address, Baseline, Correction, Lane, Record
from edge.sample import Quality, Sample, Slice
from edge.stores.copying import ROWS, copy
from edge.stores.sqlite import SqliteStore

AT = 1_792_870_200_000 // DAY_MS * DAY_MS
EVER = 1 << 50
TOTAL, PERIOD = "import_total_wh", "tariff_period"
HALF = 1_800_000


def record(seq, body):
    return Record(Address(1, seq), Lane.PRESENT, "linky", AT, AT + 1, body)


@pytest.fixture
def source(tmp_path):
    made = SqliteStore(tmp_path / "source.db")
    samples = [
        Sample("linky", AT + 600_000 * i, {TOTAL: i, PERIOD: None if i % 7 else "HC"})
        for i in range(40)
    ]
    late = [Sample("linky", AT + 5, {TOTAL: 0}, Quality.ESTIMATED, "import")]
    rows = [
        Interval("linky", TOTAL, Step.MIN30, AT + i * HALF, AT + (i + 1) * HALF, i)
        for i in range(ROWS + 50)
    ]
    slices = tuple(
        Slice("linky", TOTAL, at, at + length, 5, Quality.VALIDATED, "enedis", AT)
        for at in range(AT, AT + 9 * DAY_MS, DAY_MS)
        for length in (HOUR_MS, DAY_MS)
    )
    bodies = [Block.of(samples), Block.of(late), tuple(rows), slices]
    bodies.append(Baseline("linky", AT, "mode", {TOTAL: 4}))
    bodies.append(Baseline("linky", AT - 5, "new meter", {TOTAL: 1}))
    bodies.append(Correction("linky", TOTAL, AT, AT + HOUR_MS, None, AT))
    made.project([record(seq, body) for seq, body in enumerate(bodies, 1)])
    minutes = [
        Interval("linky", TOTAL, Step.MIN1, at, at + MINUTE_MS, 1)
        for at in range(AT - DAY_MS, AT - 23 * HOUR_MS, MINUTE_MS)
    ]
    made.keep_minutes("linky", AT - DAY_MS, minutes)
    made.keep_minutes("linky", AT - 2 * DAY_MS, [])
    yield made
    made.close()


def holds(store, source):
    """Hold a store against the one that it was filled from."""
    assert store.meters().keys() == source.meters().keys()
    track = source.track("linky", 0, EVER)
    assert store.track("linky", 0, EVER).samples() == track.samples()
    for step in (Step.MIN1, Step.MIN30):
        query = ("linky", TOTAL, step, 0, EVER, 99_999)
        assert store.intervals(*query) == source.intervals(*query)
    slices = source.slices("linky", TOTAL, 0, EVER, 99)
    assert store.slices("linky", TOTAL, 0, EVER, 99) == slices
    assert store.baselines("linky") == source.baselines("linky")
    assert store.corrections("linky") == source.corrections("linky")
    days = source.minutes_kept("linky", 0, EVER)
    assert store.minutes_kept("linky", 0, EVER) == days


def test_a_copy_has_all_and_says_where_the_journal_is_itself(store, source):
    store.project([record(7, Block.of([Sample("linky", AT, {TOTAL: 0})]))])
    for _ in range(2):
        for _ in copy(source, store):
            pass
        holds(store, source)
        assert store.cursor() == Address(1, 7), "a copy moves no cursor"


def test_a_copy_that_was_cut_goes_through_the_next_time(store, source):
    store.project([record(1, Baseline("linky", AT - 5, "new meter", {TOTAL: 1}))])
    steps = copy(source, store)
    for _ in range(4):
        next(steps)
    steps.close()
    for _ in copy(source, store):
        pass
    holds(store, source)


def test_what_is_newer_stays(store, source):
    newer = Interval("linky", TOTAL, Step.MIN30, AT, AT + HALF, 99, revision=2)
    sample = Sample("linky", AT + 3, {TOTAL: 0})
    store.project([record(9, (newer,)), record(10, Block.of([sample]))])
    for _ in copy(source, store):
        pass
    found = store.intervals("linky", TOTAL, Step.MIN30, AT, AT + 1, 9)
    assert found == [newer]
    there = source.track("linky", 0, EVER).samples()
    kept = store.track("linky", 0, EVER).samples()
    assert [s.at_ms for s in kept] == sorted([AT + 3, *(s.at_ms for s in there)])
