"""The owner's word on an instant's stretch: it weighs by its time."""

from __future__ import annotations

import pytest

from edge.corrections import corrected
from edge.record import Correction
from edge.rollup.part import Part
from edge.sample import Quality

HALF = 1_800_000


def said(part, end_ms, value):
    word = Correction("linky", "voltage_l1_v", 0, end_ms, value, at_ms=9 * HALF)
    return corrected(part, 0, HALF, [word], index=False)


@pytest.mark.parametrize(
    ("end_ms", "mean", "least"), [(HALF, 240, 240), (HALF // 2, 235, 228)]
)
def test_a_value_weighs_by_the_time_that_it_is_said_of(end_ms, mean, least):
    part = Part(None, HALF, 230 * HALF, 228, 232)
    now = said(part, end_ms, 240)
    assert (now.mean, now.minimum, now.maximum) == (mean, least, 240)
    assert (now.known_ms, now.quality) == (HALF, Quality.CORRECTED)


def test_a_value_stands_where_nothing_was_known():
    assert said(Part(), HALF, 240).mean == 240
