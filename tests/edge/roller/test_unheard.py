"""A meter that never said anything has nothing to roll."""

from __future__ import annotations

from edge.calendar import Calendar
from edge.roller.halves import Halves
from edge.roller.meter import MeterRoller, Settled
from edge.roller.state import MeterState


def test_a_round_gives_no_row_and_moves_nothing():
    roller = MeterRoller(Halves("linky", {}, Calendar()), MeterState(), None)
    assert not roller.due
    assert roller.settle() == Settled()
    assert roller.state == MeterState()
