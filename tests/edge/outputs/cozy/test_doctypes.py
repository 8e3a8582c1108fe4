"""Which steps go to a Cozy."""

from __future__ import annotations

from edge.consent.terms import Grain
from edge.interval import Step
from edge.outputs.cozy.doctypes import steps


def test_who_may_see_live_values_is_sent_half_hours():
    assert steps(Grain.LIVE) == steps(Grain.MIN30)
    assert steps(Grain.LIVE)[0] is Step.MIN30
