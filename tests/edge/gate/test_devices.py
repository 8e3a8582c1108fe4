"""Another physical meter is the owner's to confirm: never taken, never blocking."""

import pytest

from edge.event import EventKind
from edge.gate import Reason
from edge.gate.device import DOUBT_FRAMES


def settled(home, value=50_000):
    for _ in range(20):
        home.base(value)
    return home


def device_events(home):
    return [
        event.detail["state"]
        for event in home.verdict.events
        if event.kind is EventKind.DEVICE
    ]


def replaced(home, value=7):
    settled(home)
    home.device = "031976999999"
    states = []
    for _ in range(20):
        home.base(value, apparent_power_va=300)
        states += device_events(home)
    return states


def test_another_number_in_two_frames_is_said_once_and_waits(home):
    assert replaced(home) == ["pending"]
    assert home.gate.device_pending
    assert home.verdict.sample.values["import_total_wh"] is None
    assert home.verdict.sample.values["apparent_power_va"] == 300


def test_another_number_in_one_frame_is_a_damaged_one(home):
    settled(home)
    home.device = "031976999999"
    assert home.base(50_001) is None
    home.device = "031976000042"
    assert home.base(50_000) is None
    assert home.base(50_000) == 50_000
    assert not home.gate.device_pending


def test_the_owners_word_takes_the_new_meter_and_the_series_goes_on(home):
    replaced(home, value=7)
    baseline = home.gate.confirm_device(home.at_ms)
    assert baseline.offsets == {"import_total_wh": 50_000 - 7}
    assert baseline.device == home.gate.device == "031976999999"
    assert home.base(7) == 7
    for _ in range(3):
        home.base(8)
    assert home.base(8) == 8
    assert home.gate.offsets == {"import_total_wh": 49_993}


def test_a_second_replacement_adds_to_the_first(home):
    replaced(home, value=7)
    home.gate.confirm_device(home.at_ms)
    for _ in range(20):
        home.base(7)
    home.device = "031977000001"
    for _ in range(5):
        home.base(100)
    baseline = home.gate.confirm_device(home.at_ms)
    assert baseline.offsets == {"import_total_wh": 50_000 - 100}


def test_the_old_meter_back_withdraws_the_suspicion(home):
    replaced(home)
    home.device = "031976000042"
    assert home.base(50_000) is None
    assert device_events(home) == ["withdrawn"]
    assert home.base(50_000) == 50_000
    assert home.gate.confirm_device(0) is None


def test_what_the_other_meter_says_is_quarantined_in_runs(home):
    settled(home)
    home.device = "031976999999"
    reports = []
    for n in range(100):
        home.base(7 + n // 10)
        reports += [e for e in home.verdict.refused if e.reason is Reason.DEVICE]
    assert [each.count for each in reports] == [1, 2, 4, 8, 16, 32, 64]
    assert all(each.durable and each.accepted == 50_000 for each in reports)
    assert len({each.first_ms for each in reports}) == 1


@pytest.mark.parametrize("value", [7, 90_000_000])
def test_indexes_that_go_on_from_elsewhere_are_another_meter_too(home, value):
    settled(home)
    states = []
    for _ in range(2 * DOUBT_FRAMES):
        assert home.base(value) is None
        states += device_events(home)
    assert states == ["pending"]
    home.gate.confirm_device(home.at_ms)
    assert home.base(value) == value


def test_a_jump_is_not_absorbed_by_waiting(home):
    settled(home)
    for _ in range(2 * DOUBT_FRAMES):
        home.base(51_000)
    home.at_ms += 86_400_000
    assert home.base(51_000) is None


def test_a_new_meters_tariffs_are_each_given_a_baseline_when_they_are_heard(home):
    def say(**values):
        return home.say(values | {"subscribed_power_kva": 9})

    for _ in range(5):
        say(import_total_wh=900, export_total_wh=400)
    home.device = "031976999999"
    for _ in range(30):
        say(import_total_wh=7)
    assert home.gate.confirm_device(0).offsets == {"import_total_wh": 893}
    say(import_total_wh=7, export_total_wh=3)
    (baseline,) = say(import_total_wh=7, export_total_wh=3).baselines
    assert (baseline.reason, baseline.offsets) == ("device", {"export_total_wh": 397})


def test_a_restart_is_as_strict_as_before(home):
    settled(home)
    last = home.verdict.sample
    fresh = type(home)(at_ms=home.at_ms)
    fresh.gate.restore(last, "031976000042")
    assert fresh.base(49_999) is None
    assert fresh.verdict.refused[0].reason is Reason.FALL
    assert fresh.base(50_900) is None
    assert fresh.verdict.refused[0].reason is Reason.JUMP
    fresh.device = "031976999999"
    assert fresh.base(50_000) is None


def test_a_restart_knows_indexes_that_the_last_sample_lacked(home):
    settled(home)
    home.base(None)
    fresh = type(home)(at_ms=home.at_ms)
    at_ms = home.verdict.sample.at_ms
    known = {"import_total_wh": (50_000, at_ms - 1000)}
    fresh.gate.restore(home.verdict.sample, known=known, offsets={"x": 1})
    assert fresh.base(49_999) is None
    fresh.base(50_000)
    assert fresh.base(50_000) == 50_000
    assert fresh.gate.offsets == {"x": 1}


def test_a_first_start_has_nothing_to_restore(home):
    home.gate.restore(None)
    home.base(5)
    assert home.base(5) == 5
    assert home.gate.device == "031976000042"
