"""A consent's trail, where some of what the ledger said was erased."""

from __future__ import annotations

from edge.consent.ledger import Entry
from edge.consent.standing import Act, Standing, take
from edge.consent.trail import trails


def entry(act, body, subject=""):
    return Entry(1, 1_000, act, body, b"", subject)


def test_what_was_erased_has_no_trail():
    assert trails([entry(Act.GIVEN, None)]) == {}


def test_the_end_of_what_was_erased_is_the_end_of_nothing():
    ends = [entry(act, {"consent": "erased"}) for act in (Act.WITHDRAWN, Act.EXPIRED)]
    assert trails(ends) == {}


def test_an_erased_end_of_a_consent_that_does_not_stand_changes_nothing():
    standing = Standing()
    take(standing, entry(Act.WITHDRAWN, None, "erased"))
    assert standing == Standing()
