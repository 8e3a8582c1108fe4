"""What is left of a record of which some was erased."""

from __future__ import annotations

import pytest

from edge.event import Event, EventKind
from edge.journal.erased import Erased
from edge.journal.erasing import ERASED, left_of
from edge.record import Baseline
from edge.sample import Gap

STONE = Erased(1, "linky", 1_000, 2_000, 5_000)
WHOLE = Erased(2, "linky", 0, 2_000, 5_000)


@pytest.mark.parametrize(("at_ms", "stays"), [(999, True), (1_000, False)])
def test_an_event_goes_when_its_instant_does(at_ms, stays):
    event = Event("linky", at_ms, EventKind.OVERLOAD)
    assert left_of(STONE, event) is (event if stays else None)


def test_a_gap_goes_when_it_lies_within_but_not_the_word_that_it_was_erased():
    within, across, erased = (
        Gap("linky", *span, reason)
        for span, reason in (
            ((1_100, 1_900), "silence"),
            ((1_100, 2_100), "silence"),
            ((1_000, 2_000), ERASED),
        )
    )
    assert left_of(STONE, within) is None
    assert left_of(STONE, across) is across
    assert left_of(STONE, erased) is erased


def test_what_an_index_starts_from_stays_unless_all_before_goes():
    start = Baseline("linky", 1_500, "replaced", {"import_total_wh": 3})
    assert left_of(STONE, start) is start
    assert left_of(WHOLE, start) is None
