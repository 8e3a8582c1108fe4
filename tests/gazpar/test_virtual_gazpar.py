"""A virtual Gazpar pulses as its socket does, and counts what flows, to the litre."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazpar.virtual import PULSE_L, VirtualGazpar
from gazpar.virtual.meter import MS, QMAX_L_H

HOUR_NS = 3_600_000_000_000
SPANS = st.lists(
    st.tuples(st.integers(1, HOUR_NS // 4), st.integers(0, QMAX_L_H)),
    max_size=8,
)


def play(meter, spans):
    at_ns, flanks = 0, []
    for length, flow in spans:
        flanks += meter.flow(at_ns, at_ns + length, flow)
        at_ns += length
    return flanks


def pulses(flanks):
    """Give the closings that last: spikes on the wire don't."""
    pairs = zip(flanks[::2], flanks[1::2], strict=True)
    return [up.at_ns for up, down in pairs if down.at_ns - up.at_ns > 30 * MS]


@given(SPANS)
def test_a_pulse_is_ten_litres_however_the_flow_changes(spans):
    meter = VirtualGazpar(index_l=10_380_420)
    found = pulses(play(meter, spans))
    assert len(found) == (meter.index_l - 10_380_420) // PULSE_L
    assert found == sorted(found)
    flowed = sum(length * flow for length, flow in spans)
    assert meter.index_l == 10_380_420 + flowed // HOUR_NS


@given(SPANS)
def test_the_socket_closes_and_opens_in_turn_for_about_300_ms(spans):
    flanks = play(VirtualGazpar(index_l=0, seed=3), spans)
    assert [one.active for one in flanks] == [True, False] * (len(flanks) // 2)
    instants = [one.at_ns for one in flanks]
    assert instants == sorted(instants)
    lengths = [b - a for a, b in zip(instants[::2], instants[1::2], strict=True)]
    assert all(280 * MS <= n <= 320 * MS or n < MS for n in lengths)


def test_the_same_seed_gives_the_same_flanks_and_another_gives_others():
    spans = [(HOUR_NS, 2_000)]
    first, again, other = (
        play(VirtualGazpar(index_l=0, seed=seed), spans) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_the_long_wire_now_and_then_picks_up_a_spike_that_is_no_pulse():
    flanks = play(VirtualGazpar(index_l=0), [(HOUR_NS, 2_000)])
    assert len(pulses(flanks)) == 200
    assert len(flanks) > 2 * 200


def test_no_gas_no_pulse():
    assert not play(VirtualGazpar(index_l=7), [(HOUR_NS, 0)])


@pytest.mark.parametrize("flow", [-1, QMAX_L_H + 1])
def test_what_no_g4_lets_through_is_refused(flow):
    with pytest.raises(ValueError, match="G4"):
        VirtualGazpar(index_l=0).flow(0, 1, flow)
