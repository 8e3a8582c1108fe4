"""How far to go back for a broker that forgot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.outputs.trail import LONGEST, Trail, read, written
from edge.record import Address, Lane


def at(seq, history=0):
    return {Lane.PRESENT: Address(1, seq), Lane.HISTORY: Address(1, history)}


def test_nothing_delivered_is_nothing_to_send_again():
    assert Trail(1800).before(10**12) == {}


def test_it_goes_back_to_before_the_first_delivery_of_the_period():
    trail = Trail(1800)
    for minute in range(0, 120, 10):
        trail.step(at(minute), minute * 60_000)
    assert trail.before(110 * 60_000) == at(80)
    assert trail.before(100 * 60_000 * 60) == {}


def test_it_outlives_a_restart():
    trail = Trail(1800)
    trail.step(at(7, 3), 1_000_000)
    assert Trail(1800, trail.state()).before(1_100_000) == at(7, 3)


@pytest.mark.parametrize(
    "state",
    [b"", b"rubbish", b"{}", b"[1]", b'{"owed": true, "steps": [[1, {"x": 1}]]}'],
)
def test_a_state_of_another_version_is_no_state(state):
    assert Trail(1800, state).before(0) == {}
    assert not Trail(1800, state).owed


def test_what_is_owed_outlives_a_restart_too():
    trail = Trail(1800)
    trail.owed = True
    assert Trail(1800, trail.state()).owed


@given(
    st.lists(st.integers(0, 600_000), min_size=1, max_size=80),
    st.integers(10, 3600),
    st.integers(0, 4_000_000),
)
def test_nothing_of_the_period_is_ever_left_out(pauses, period_s, later):
    trail, now, deliveries = Trail(period_s), 10**12, []
    for seq, pause in enumerate(pauses):
        now += pause
        trail.step(at(seq), now)
        deliveries.append((now, seq))
    now += later
    forgotten = [seq for when, seq in deliveries if when >= now - period_s * 1000]
    back = trail.before(now)
    if forgotten:
        assert back[Lane.PRESENT].seq <= forgotten[0]


@given(st.lists(st.integers(0, 20_000), max_size=3 * LONGEST))
def test_it_stays_short(pauses):
    trail, now = Trail(3600 * 24), 0
    for seq, pause in enumerate(pauses):
        now += pause
        trail.step(at(seq), now)
    assert len(trail._steps) <= LONGEST


def test_cursors_are_written_and_read():
    assert read(written(at(7, 3))) == at(7, 3)


@pytest.mark.parametrize(
    "document", [None, [], {"present": 1}, {"present": [1, "x"]}, {"elsewhere": [1, 2]}]
)
def test_anything_else_is_no_cursor(document):
    with pytest.raises(ValueError, match=r".+"):
        read(document)
