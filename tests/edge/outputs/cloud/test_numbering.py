"""The name of a cloud's numbers: one for each grant, and never used twice."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from edge.catalogue import ConsentClass, Fluid
from edge.consent.period import Period
from edge.consent.records import Consent, Grant
from edge.consent.terms import Channel, Grain, Terms
from edge.outputs.cloud.numbering import Numbering
from edge.outputs.services.book import Book, Place
from edge.record import Address

HERE = Place(0, Address(1, 0), Address(1, 0))


def grant(version=1, channel=Channel.CLOUD):
    year = Period(12, 0)
    terms = Terms(
        *(Fluid.ELECTRICITY, ConsentClass.ENERGY, Grain.DAY, year),
        *(frozenset({channel}), "archive", year),
    )
    one = Consent(f"c{version}", "s1", frozenset({"linky"}), terms, 0, 1)
    return Grant("s1", version, (one,))


@pytest.fixture
def book(tmp_path):
    made = Book(tmp_path / "mine.db", 0)
    yield made
    made.close()


def test_it_lasts_as_long_as_the_grant_and_outlives_us(book):
    held = {"s1": grant()}
    decisions = SimpleNamespace(grant=held.get)
    numbering = Numbering(book, decisions, "s1")
    first = numbering.pass_of("s1")
    assert numbering.pass_of("s1") is first
    book.enter("s1", "days", first.user, HERE, [])
    assert Numbering(book, decisions, "s1").pass_of("s1") == first
    held["s1"] = grant(2)
    second = numbering.pass_of("s1")
    assert second.user != first.user
    held["s1"] = grant(1)  # out of a backup: it isn't the one of before
    assert numbering.pass_of("s1").user not in (first.user, second.user)


def test_who_holds_nothing_here_has_none(book):
    held = {"s1": grant(channel=Channel.MQTT), "s2": grant()}
    numbering = Numbering(book, SimpleNamespace(grant=held.get), "s1")
    assert numbering.pass_of("s1") is None
    assert numbering.pass_of("s2") is None
