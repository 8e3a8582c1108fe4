"""The owner's word on a meter, and what a doubt leaves when it goes by itself."""

from __future__ import annotations

from edge.event import EventKind
from edge.gate.device import DOUBT_FRAMES
from edge.gate.sums import Sum

POWER = {"subscribed_power_kva": 9}


def said(home, frames, **values):
    told = []
    for _ in range(frames):
        home.say(values | POWER)
        told += [
            event.detail["state"]
            for event in home.verdict.events
            if event.kind is EventKind.DEVICE
        ]
    return told


def another(home):
    home.device = "031976999999"


def test_what_only_the_new_meter_counts_is_taken_as_it_stands(home):
    said(home, 20, import_total_wh=50_000)
    another(home)
    said(home, 30, import_total_wh=7, export_total_wh=3)
    assert home.gate.confirm_device(0).offsets == {"import_total_wh": 49_993}
    assert home.hear("export_total_wh", import_total_wh=7, export_total_wh=3) == 3


def test_an_index_that_the_new_meter_has_not_said_goes_on_by_the_owners_word(home):
    said(home, 20, import_total_wh=900, export_total_wh=400)
    another(home)
    said(home, 30, import_total_wh=7)
    home.gate.confirm_device(0)
    baseline = home.gate.set_index("export_total_wh", 3, 0)
    assert baseline.offsets == {"export_total_wh": 397}


def test_the_owners_word_on_an_index_ends_the_doubt_of_the_meter(home):
    said(home, 20, import_total_wh=50_000)
    assert said(home, 2 * DOUBT_FRAMES, import_total_wh=7) == ["pending"]
    baseline = home.gate.set_index("import_total_wh", 7, home.at_ms)
    assert baseline.offsets == {"import_total_wh": 49_993}
    assert not home.gate.device_pending


def test_indexes_that_go_on_as_before_end_the_doubt(home):
    said(home, 20, import_total_wh=50_000)
    said(home, 2 * DOUBT_FRAMES, import_total_wh=7)
    assert said(home, 2 * DOUBT_FRAMES, import_total_wh=50_000) == ["withdrawn"]
    assert home.hear(import_total_wh=50_000) == 50_000


def test_a_sum_learns_nothing_from_values_of_which_a_part_is_missing():
    one = Sum("total", ("a", "b"))
    one.restore({"total": 10, "a": 3, "b": None})
    assert one.holds({"total": 10, "a": 3, "b": 7})
    one.restore({"total": 10, "a": 3, "b": 6})
    assert one.holds({"total": 11, "a": 3, "b": 7})
