"""What one source says of an interval: never the same time counted twice."""

from __future__ import annotations

from edge.interval import Interval, Step
from edge.merging.candidate import of_row, of_slices
from edge.merging.curve import energy
from edge.sample import Quality, Slice

HALF_MS = 1_800_000


def said(start, end, value, register="import_total_wh"):
    span = (start * HALF_MS, end * HALF_MS)
    return Slice("linky", register, *span, value, Quality.VALIDATED, "file:enedis", 0)


def test_of_slices_that_overlap_the_first_counts():
    (one,) = of_slices([said(0, 2, 7), said(1, 3, 9), said(2, 3, 4)], 0, 4 * HALF_MS)
    assert (one.value, one.known_ms) == (11, 3 * HALF_MS)


def test_a_row_that_knows_nothing_has_no_word():
    nothing = Interval(
        "linky",
        "import_total_wh",
        Step.MIN30,
        0,
        HALF_MS,
        None,
        coverage=0.0,
        quality=Quality.RAW,
    )
    assert of_row(nothing) is None


def test_a_power_that_is_not_known_is_no_energy():
    curve = [said(0, 1, 300, "mean_w"), said(1, 2, None, "mean_w")]
    told = energy(curve, "import_total_wh", lambda _at: (0, 48 * HALF_MS))
    assert [(one.start_ms, one.value) for one in told] == [(0, 150)]
