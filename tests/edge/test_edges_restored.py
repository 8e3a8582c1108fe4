"""What stood before a restart: known values alone are what a change is against."""

from __future__ import annotations

from edge.edges import Edges
from edge.event import EventKind


def test_what_was_unknown_before_a_restart_is_no_value_to_change_from():
    edges = Edges("linky")
    edges.restore({"tariff_index": None, "overload": None})
    assert edges.of({"tariff_index": 2}, 5) == ()
    (event,) = edges.of({"overload": "yes"}, 6)
    assert (event.kind, event.detail["overload_before"]) == (EventKind.OVERLOAD, None)
