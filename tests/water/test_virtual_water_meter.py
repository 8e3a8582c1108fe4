"""A virtual water meter's reed closes once a litre, bounces, and never miscounts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from water.virtual import VirtualWaterMeter
from water.virtual.meter import LONGEST_NS, MS, QMAX_L_H

HOUR_NS = 3_600_000_000_000
SPANS = st.lists(
    st.tuples(st.integers(1, HOUR_NS // 20), st.integers(0, 1_000)), max_size=8
)


def play(meter, spans):
    at_ns, flanks = 0, []
    for length, flow in spans:
        flanks += meter.flow(at_ns, at_ns + length, flow)
        at_ns += length
    return flanks


def closings(flanks):
    """Give how long each closing lasted that no bounce made."""
    return [
        after.at_ns - before.at_ns
        for before, after in pairwise(flanks)
        if before.active and not after.active and after.at_ns - before.at_ns > 30 * MS
    ]


@given(SPANS)
def test_a_closing_is_a_litre_however_the_flow_changes(spans):
    meter = VirtualWaterMeter(index_l=562_362)
    flanks = play(meter, spans)
    assert len(closings(flanks)) == meter.index_l - 562_362
    flowed = sum(length * flow for length, flow in spans)
    assert meter.index_l == 562_362 + flowed // HOUR_NS


@given(SPANS)
def test_the_levels_alternate_and_end_open(spans):
    flanks = play(VirtualWaterMeter(index_l=0, seed=5), spans)
    assert [one.active for one in flanks] == [True, False] * (len(flanks) // 2)


def test_a_reed_bounces_for_less_than_a_pulse_is_wide():
    flanks = play(VirtualWaterMeter(index_l=0), [(HOUR_NS, 540)])
    assert len(flanks) > 3 * 540
    instants = [one.at_ns for one in flanks]
    assert instants == sorted(instants)


def test_the_reed_is_closed_for_a_third_of_a_litre_and_no_longer_than_two_seconds():
    quick = closings(play(VirtualWaterMeter(index_l=0), [(HOUR_NS, 3_600)]))
    assert all(abs(length - 333 * MS) < 5 * MS for length in quick)
    slow = closings(play(VirtualWaterMeter(index_l=0), [(HOUR_NS, 18)]))
    assert all(abs(length - LONGEST_NS) < 5 * MS for length in slow)


def test_the_same_seed_gives_the_same_flanks_and_another_gives_others():
    first, again, other = (
        play(VirtualWaterMeter(index_l=0, seed=seed), [(HOUR_NS, 100)])
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("flow", [-1, QMAX_L_H + 1])
def test_what_no_home_lets_through_is_refused(flow):
    with pytest.raises(ValueError, match="meter"):
        VirtualWaterMeter(index_l=0).flow(0, 1, flow)
