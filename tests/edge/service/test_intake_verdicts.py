"""What is kept of a verdict: each part of it, in the order that counts."""

from __future__ import annotations

from edge.bus import Bus
from edge.gate.verdict import Verdict
from edge.record import Baseline
from edge.sample import DEMO, HostInstant, Quality, Reading, Sample, Slice
from edge.service.intake import Intake, mark

AT = 1_795_500_000_000
SEEN = HostInstant(AT, AT * 1_000_000, True, "boot")
TOTAL = "import_total_wh"


class Kept:
    """A keeper that lists what it was given."""

    def __init__(self):
        self.all = []

    def add(self, body):
        self.all.append(body)

    add_sample = add


def kept(verdict):
    keeper = Kept()
    Intake(None, {"linky": None}, keeper, Bus()).keep([verdict])
    return keeper.all


def test_a_new_count_stands_before_the_sample_that_is_in_it():
    baseline = Baseline("linky", AT, "device", {TOTAL: 1_000})
    sample = Sample("linky", AT, {TOTAL: 3})
    found = kept(Verdict(sample, SEEN, baselines=(baseline,)))
    assert found.index(baseline) < found.index(sample)


def test_periods_are_kept_of_a_reading_that_has_no_sample():
    told = (Slice("linky", TOTAL, AT, AT + 10, 5, Quality.RAW, "file:enedis", 1, 9),)
    assert kept(Verdict(None, SEEN, slices=told)) == [told]


def test_a_demonstration_marks_what_says_nothing_of_periods():
    reading = Reading("linky", {TOTAL: 3}, SEEN, None, None)
    mark(reading)
    assert reading.origin == DEMO
    assert not reading.slices
