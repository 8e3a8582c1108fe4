"""Both engines let go of the same, and what is left of each answers the same."""

from __future__ import annotations

import sys
from itertools import cycle
from pathlib import Path

import pytest

from edge.calendar import DAY_MS, HOUR_MS, MINUTE_MS
from edge.interval import Interval, Step
from edge.journal.erased import Erased
from edge.record import Address, Lane, Record
from edge.registers import CATALOGUE
from edge.sample import Quality, Slice
from edge.stores.influx.parked import Parking

sys.path.insert(0, str(Path(__file__).parent))  # for the other's chance

from test_same_answers import AT, EVER, METERS, REGISTERS, ROUNDS, Chance, answers, same

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

PERIODS = (
    (AT + HOUR_MS // 2, AT + 2 * HOUR_MS),
    (AT + 2 * DAY_MS, AT + 3 * DAY_MS),
    (0, AT + HOUR_MS),
    (0, EVER),
)


def fill(stores, seed):
    chance = Chance(seed)
    records = [
        Record(Address(1, seq), chance.choice(list(Lane)), "linky", AT, AT + 1, body)
        for seq, body in enumerate((chance.body() for _ in range(40)), 1)
    ]
    minutes = [
        Interval("linky", REGISTERS[0], Step.MIN1, at, at + MINUTE_MS, 1)
        for at in range(AT - DAY_MS, AT - 20 * HOUR_MS, MINUTE_MS)
    ]
    for store in stores:
        for record in records:
            store.project([record])
        store.keep_minutes("linky", AT - DAY_MS, minutes)


@pytest.mark.parametrize(
    ("seed", "period"), [*zip(range(2 * ROUNDS), cycle(PERIODS), strict=False)]
)
def test_what_is_left_is_the_same(influx_store, sqlite_store, seed, period):
    stores = (influx_store, sqlite_store)
    fill(stores, seed)
    stone = Erased(1, "linky", *period, EVER)
    before = answers(sqlite_store)
    for store in stores:
        store.would_erase(stone)
    same(answers(influx_store), before)
    for store in stores:
        store.erase(stone)
    left, others = answers(influx_store), answers(sqlite_store)
    if stone.whole:  # which registers are heard of still is each one's own
        left.pop("meters"), others.pop("meters")
    same(left, others)
    gone(sqlite_store, stone)
    for key in before:
        if key[0] == METERS[1]:
            assert others[key] == before[key], key


def gone(store, stone):
    """See that nothing of the period is there but what a counter's longer rows say."""
    samples = store.track("linky", 0, EVER).samples()
    assert not [one for one in samples if stone.holds(one.at_ms)]
    for register in REGISTERS:
        counted = register in CATALOGUE and CATALOGUE[register].kind.value == "index"
        rows = store.slices("linky", register, 0, EVER, 999)
        for step in (Step.MIN1, Step.MIN30, Step.HOUR):
            rows = [*rows, *store.intervals("linky", register, step, 0, EVER, 9999)]
        for one in rows:
            assert not stone.covers(one.start_ms, one.end_ms)
            assert counted or not stone.meets(one.start_ms, one.end_ms)
    for word in store.corrections("linky"):
        assert not stone.meets(word.start_ms, word.end_ms)


def test_a_counters_stand_at_an_erased_instant_goes_alone(influx_store, sqlite_store):
    stone = Erased(1, "linky", AT + DAY_MS, AT + 3 * DAY_MS, EVER)
    month = (AT, AT + 2 * DAY_MS, 500, Quality.VALIDATED, "grdf", AT, 77_000)
    after = (AT + 2 * DAY_MS, AT + 4 * DAY_MS, 510, Quality.VALIDATED, "grdf", AT, 78)
    slices = [Slice("linky", REGISTERS[0], *one) for one in (month, after)]
    for store in (influx_store, sqlite_store):
        body = tuple(slices)
        store.project([Record(Address(1, 1), Lane.HISTORY, "linky", AT, AT + 1, body)])
        store.erase(stone)
        left = store.slices("linky", REGISTERS[0], 0, EVER, 9)
        assert [(one.value, one.index_end) for one in left] == [(500, None), (510, 78)]


def test_lines_that_influxdb_would_not_have_go_too(influx_store, tmp_path):
    parking = Parking(tmp_path / "parked.db")
    lines = [
        f"electricity,meter=linky,quality=raw import_total_wh=77i {AT}",
        f"electricity,meter=linky,quality=raw import_total_wh=78i {AT + DAY_MS}",
        f"water,meter=shed value=1i {AT}",
        "nothing that anybody reads",
    ]
    parking.park("home", lines, "field type conflict")
    influx_store.erase(Erased(1, "linky", AT, AT + HOUR_MS, EVER))
    assert [one.line for one in parking.all()] == lines[1:3]
    parking.close()
