"""A register that a meter never said has no points, whatever else it said."""

from __future__ import annotations

from edge.rollup.points import changes, points
from edge.rollup.track import Track
from edge.sample import Sample

AT = 1_792_869_600_000


def test_only_what_was_said_has_points():
    track = Track.from_samples([Sample("linky", AT, {"import_total_wh": 5})])
    assert [one.value for one in changes(track, "import_total_wh")] == [5]
    assert changes(track, "export_total_wh") == []


def test_a_meter_that_was_never_heard_has_no_points():
    def none(_start, _end):
        raise AssertionError("nothing is read")

    assert points(none, None, "import_total_wh", (0, AT), 10) == []
