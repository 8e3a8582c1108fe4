"""A home's pack has its decisions, who read what, and what stands behind indexes."""

from __future__ import annotations

import json

from consent_house import BASIS, COACH, PARIS, HandClock, terms
from packed_house import SERIAL, table, text

from edge.catalogue import ConsentClass
from edge.consent.consents import Choice, Consents
from edge.consent.read_journal import COLUMNS, Reading, ReadJournal
from edge.consent.terms import Channel
from edge.portability.gathered import Ledger


async def test_every_consent_is_in_it_as_json_ld(house, tmp_path):
    await house.live(halves=4)
    consents = Consents.open(tmp_path, HandClock(), PARIS)
    choice = Choice(terms(), frozenset({"linky"}))
    _, (given,) = consents.give(COACH, [choice], BASIS)
    consents.withdraw([given.id])
    consents.refuse("somebody", BASIS)
    ledger = Ledger(tuple(consents.ledger.entries()))
    document = json.loads(text(house.written(ledger), "consents.jsonld"))
    consents.close()
    first, refused = document["@graph"]
    assert first["dct:identifier"] == given.id
    assert [one["@type"] for one in first["dpv:hasConsentStatus"]] == [
        "dpv:ConsentGiven",
        "dpv:ConsentWithdrawn",
    ]
    assert refused["dpv:hasConsentStatus"][0]["@type"] == "dpv:ConsentRefused"
    assert "dpv" in document["@context"]


async def test_the_read_journal_is_in_it_line_by_line(house, tmp_path):
    await house.live(halves=4)
    consents = Consents.open(tmp_path, HandClock(), PARIS)
    journal = ReadJournal(consents.ledger, PARIS)
    reading = Reading("linky", ConsentClass.ENERGY_BY_TARIFF, "30min", 5, 9, 3)
    journal.note("s0123", Channel.REST, [reading], 1_700_000_000_000)
    pack = house.written(Ledger((), journal.lines()))
    consents.close()
    (line,) = table(pack, "read_journal.csv")
    assert list(line) == [
        {"class": "consent_class"}.get(name, name) for name in COLUMNS.split(", ")
    ]
    assert (line["service"], line["consent_class"], line["rows"]) == (
        "s0123",
        "energy_by_tariff",
        "3",
    )


async def test_a_meters_own_number_is_in_the_homes_file_and_in_no_other(house):
    await house.live(halves=4)
    pack = house.written()
    assert SERIAL in text(pack, "home.json")
    for path in ("readings.csv", "green_button.xml", "enedis_compatible.csv"):
        assert SERIAL not in text(pack, path)


async def test_a_fact_that_the_home_itself_makes_of_a_baseline_is_not_told_twice(
    house, new
):
    await house.live(halves=40)
    await new.unpacked(house.written())
    told = [(one.kind, one.start_ms) for one in house.reads.facts("linky")]
    assert told
    assert [(one.kind, one.start_ms) for one in new.reads.facts("linky")] == told
