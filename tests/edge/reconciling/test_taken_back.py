"""What a source took back is not compared, nor counted as missing here."""

from __future__ import annotations

from edge.calendar import HALF_HOUR_MS
from edge.reconciling.account import accounts
from edge.reconciling.own import Own
from edge.sample import Quality, Slice


def said(start, value, origin):
    span = (start * HALF_HOUR_MS, (start + 1) * HALF_HOUR_MS)
    return Slice("linky", "import_total_wh", *span, value, Quality.RAW, origin, 0)


def test_a_period_that_was_taken_back_is_left_out():
    own = Own({0: 10, HALF_HOUR_MS: 20})
    some = [said(0, 10, "file:a"), said(1, None, "file:a"), said(0, None, "file:b")]
    (found,) = accounts(own, some, "import_total_wh")
    assert (found.origin, len(found.rows), found.alone) == ("file:a", 1, 0)
