"""Every pulse counts once, whatever its contact does; what is no pulse never."""

import os
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulse_contacts import MS, T0_NS, bounce, meter, pulse

from edge.sources.pulses import Flank, PulseCounter, Shape

WATER = Shape(30 * MS, 30 * MS, 200 * MS)
GAS = Shape()
PULSES = int(os.environ.get("RELEVE_PULSES", "20000"))


def counter(shape=WATER, *, active=False):
    return PulseCounter(shape, active=active, now_ns=T0_NS - 1_000 * MS)


def count(flanks, shape=WATER):
    counting = counter(shape)
    found = counting.feed(flanks)
    last_ns = flanks[-1].at_ns if flanks else T0_NS
    return found + counting.settle(last_ns + 1_000 * MS), counting


@given(st.integers(0, 2**32), st.integers(0, 300))
def test_a_bouncing_contact_counts_each_pulse_once(seed, pulses):
    flanks = list(meter(random.Random(seed), pulses))
    found, counting = count(flanks)
    assert len(found) == pulses == counting.pulses
    assert found == sorted(found)


def test_as_many_pulses_as_are_asked_for_are_counted_to_the_last():
    counting, found = counter(), 0
    for flank in meter(random.Random(0), PULSES):
        found += len(counting.feed([flank]))
    assert found + len(counting.settle(flank.at_ns + 1_000 * MS)) == PULSES


@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 9))
def test_it_is_the_same_however_the_flanks_come(seed, pulses, at_once):
    flanks = list(meter(random.Random(seed), pulses))
    together, counting = count(flanks)[0], counter()
    apart = []
    for n in range(0, len(flanks), at_once):
        apart += counting.feed(flanks[n : n + at_once])
        apart += counting.settle(flanks[n : n + at_once][-1].at_ns)
    apart += counting.settle(flanks[-1].at_ns + 1_000 * MS)
    assert apart == together


def test_a_pulse_counts_when_it_has_been_released_for_long_enough():
    counting = counter()
    assert counting.feed([Flank(T0_NS, True)]) == []
    assert counting.due_ns is None
    released_ns = T0_NS + 300 * MS
    assert counting.feed([Flank(released_ns, False)]) == []
    assert counting.due_ns == released_ns + 30 * MS
    assert counting.settle(counting.due_ns - 1) == []
    assert counting.settle(counting.due_ns) == [(T0_NS, released_ns)]
    assert counting.due_ns is None


@pytest.mark.parametrize(("width_ms", "pulses"), [(1, 0), (29, 0), (30, 1), (300, 1)])
def test_what_is_too_narrow_is_no_pulse(width_ms, pulses):
    flanks = [Flank(T0_NS, True), Flank(T0_NS + width_ms * MS, False)]
    found, counting = count(flanks)
    assert len(found) == pulses
    assert counting.refused["narrow"] == 1 - pulses


def test_a_burst_of_noise_is_no_pulse_however_long():
    flanks = [Flank(T0_NS + n * MS, n % 2 == 0) for n in range(400)]
    assert count(flanks)[0] == []


def test_faster_than_the_meter_can_is_no_pulse():
    rng = random.Random(1)
    flanks = [f for n in range(10) for f in pulse(rng, T0_NS + n * 400 * MS, 100)]
    found, counting = count(flanks, GAS)
    assert len(found) == 4  # at 0, 1.2, 2.4 and 3.6 s
    assert counting.refused["fast"] == 6


def test_a_contact_that_is_closed_at_the_start_counts_once_it_opens():
    counting = counter(active=True)
    released_ns = T0_NS + 86_400_000 * MS  # the magnet stood at the reed for a day
    flanks = bounce(random.Random(2), released_ns, active=False)
    counting.feed(flanks)
    assert len(counting.settle(flanks[-1].at_ns + 30 * MS)) == 1


def test_a_contact_that_stays_closed_counts_nothing():
    counting = counter()
    counting.feed([Flank(T0_NS, True)])
    assert counting.settle(T0_NS + 86_400_000 * MS) == []


def test_a_flank_that_was_lost_costs_at_most_its_own_pulse():
    rng = random.Random(3)
    for _ in range(200):
        flanks = list(meter(rng, 20))
        del flanks[rng.randrange(len(flanks))]
        assert 19 <= len(count(flanks)[0]) <= 20


@given(st.lists(st.tuples(st.integers(0, 400 * MS), st.booleans()), max_size=60))
def test_no_flanks_at_all_can_break_it(steps):
    at_ns, flanks = T0_NS, []
    for step, active in steps:
        at_ns += step
        flanks.append(Flank(at_ns, active))
    found, counting = count(flanks)
    assert len(found) == counting.pulses
    starts = [each.start_ns for each in found]
    assert all(b - a >= WATER.apart_ns for a, b in pairwise(starts))
    assert all(each.end_ns - each.start_ns >= WATER.width_ns for each in found)
