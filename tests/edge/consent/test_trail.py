"""A consent's trail, where some of what the ledger said was erased."""

from __future__ import annotations

from edge.consent.ledger import Entry
from edge.consent.records import Writer
from edge.consent.standing import Act, Standing, take
from edge.consent.trail import trails

TERMS = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "purpose": "advice",
}


def entry(act, body, subject=""):
    return Entry(1, 1_000, act, body, b"", subject)


def test_what_was_erased_has_no_trail():
    assert trails([entry(Act.GIVEN, None)]) == {}


def test_the_end_of_what_was_erased_is_the_end_of_nothing():
    ends = [entry(act, {"consent": "erased"}) for act in (Act.WITHDRAWN, Act.EXPIRED)]
    assert trails(ends) == {}


def test_a_consent_of_a_service_that_was_erased_has_no_trail():
    given = {
        "id": "consent",
        "service": "erased",
        "meters": ["linky"],
        "terms": TERMS,
        "given_ms": 0,
        "expires_ms": 1,
    }
    assert trails([entry(Act.GIVEN, {"consent": given})]) == {}


def test_a_writer_that_was_held_stays_so_when_that_is_erased():
    node = Writer("node", "in the cellar", "water", 0, "a hash")
    standing = Standing()
    standing.writers["node"] = node
    take(standing, entry(Act.WRITER_HELD, None, "node"))
    assert standing.writers["node"].held
