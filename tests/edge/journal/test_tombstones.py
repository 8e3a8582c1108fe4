"""Which facts a tombstone takes: those that are over by then, and what was counted."""

from __future__ import annotations

import pytest

from edge.facts import Fact, FactKind
from edge.journal.erased import Erased, erases

DAY = Erased(1, "linky", 100, 200, at_ms=300)
ALL = Erased(1, "linky", 0, 200, at_ms=300)


@pytest.mark.parametrize(
    ("stone", "kind", "span", "gone"),
    [
        (DAY, FactKind.INDEX, (150, None), True),
        (DAY, FactKind.ANEW, (99, 150), False),
        (DAY, FactKind.TARIFF, (100, 200), True),
        (DAY, FactKind.TARIFF, (100, 201), False),
        (DAY, FactKind.CONTRACT, (150, None), False),
        (ALL, FactKind.CONTRACT, (150, None), True),
        (ALL, FactKind.CONTRACT, (200, None), False),
    ],
)
def test_a_fact_goes_when_it_is_over_or_shows_a_count(stone, kind, span, gone):
    assert erases(stone, Fact("linky", kind, *span, "file")) is gone
