"""Rows of a tail: of two of one period the later revision stands, in any order."""

from __future__ import annotations

import pytest

from edge.interval import Interval, Step
from edge.record import Address, Lane, Record
from edge.tail import Snapshot

SLOT = ("linky", "import_total_wh", Step.MIN30)
HALF_MS = 1_800_000


def record(seq, value, revision):
    row = Interval(*SLOT, 0, HALF_MS, value, revision=revision)
    return Record(Address(1, seq), Lane.PRESENT, "linky", 0, HALF_MS, (row,))


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_row_of_before_takes_no_later_ones_place(order):
    snapshot = Snapshot()
    for seq, revision in enumerate(order):
        snapshot = snapshot.more([record(seq, revision * 10, revision)])
    assert snapshot.rows[SLOT][0].value == 20
