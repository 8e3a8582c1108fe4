"""Whose count an index is."""

from __future__ import annotations

import pytest

from edge.errors import DiskFull
from edge.outputs.counts import TOGETHER_MS, Counts, number_of
from edge.record import Baseline


def baseline(at_ms, reason="device", device="device-2", **offsets):
    return Baseline("linky", at_ms, reason, offsets, device)


def test_a_meter_that_was_never_changed_counts_its_first_count():
    assert number_of([]) == 0


def test_each_new_meter_begins_another_count():
    assert number_of([baseline(1, import_total_wh=5)]) == 1
    second = baseline(2, device="device-3", import_total_wh=9)
    assert number_of([baseline(1, import_total_wh=5), second]) == 2


def test_an_index_that_a_new_meter_shows_late_is_of_the_same_count():
    late = baseline(60_000, import_tariff02_wh=3)
    assert number_of([baseline(1, import_total_wh=5), late]) == 1
    assert number_of([late, baseline(1, import_total_wh=5)]) == 1


def test_the_same_index_twice_is_two_counts():
    again = baseline(60_000, import_total_wh=7)
    assert number_of([baseline(1, import_total_wh=5), again]) == 2


def test_another_reason_or_another_day_is_another_count():
    first = baseline(1, import_total_wh=5)
    mode = baseline(60_000, "mode", import_tariff02_wh=3)
    assert number_of([first, mode]) == 2
    assert number_of([first, baseline(1 + TOGETHER_MS, import_tariff02_wh=3)]) == 2


class House:
    def __init__(self):
        self.offsets, self.journal, self.committed = {}, [], 0
        self.waiting, self.full = [], False
        self.counts = Counts(lambda _: self.offsets, self.baselines, self.commit)

    async def baselines(self, _):
        return list(self.journal)

    async def commit(self):
        if self.full:
            raise DiskFull("full")
        self.journal += self.waiting
        self.waiting = []


async def test_nothing_is_settled_before_the_journal_was_read():
    counts = House().counts
    assert not counts.settled("linky")
    assert counts.number("linky") is None
    assert await counts.begin("linky") == 0
    assert counts.settled("linky")


async def test_a_change_is_open_until_it_is_committed_and_settled():
    house = House()
    counts = house.counts
    await counts.begin("linky")
    house.offsets = {"import_total_wh": 100}
    house.waiting = [baseline(1, import_total_wh=100)]
    assert not counts.settled("linky")
    number, offsets = await counts.change("linky")
    assert number == 1
    assert not counts.settled("linky")
    counts.settle("linky", number, offsets)
    assert counts.settled("linky")
    assert await counts.begin("linky") == 1


async def test_a_full_disk_leaves_it_open():
    house = House()
    await house.counts.begin("linky")
    house.offsets, house.full = {"import_total_wh": 100}, True
    with pytest.raises(DiskFull):
        await house.counts.change("linky")
    assert not house.counts.settled("linky")


def set_index(at_ms, offset, register="gas_volume_l"):
    return Baseline("gas", at_ms, "set_index", {register: offset})


def test_what_a_dial_shows_more_has_flowed_and_the_count_goes_on():
    month = 30 * 86_400_000
    assert number_of([set_index(0, -70), set_index(month, -100_070)]) == 0
    assert number_of([Baseline("gas", 0, "set_index", {})]) == 0


def test_the_first_reading_of_a_dial_and_a_lower_one_begin_another_count():
    assert number_of([set_index(0, -10_380_420)]) == 1
    assert number_of([set_index(0, -10_380_420), set_index(1, -10_380_430)]) == 1
    assert number_of([set_index(0, 70)]) == 1
