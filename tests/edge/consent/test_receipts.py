"""Receipts: the standard's keys, one document for one ledger, and no forgery."""

import json
from zoneinfo import ZoneInfo

import pytest

from edge.consent import receipts
from edge.consent.consents import Choice, Consents
from edge.consent.records import Declared
from edge.consent.terms import read
from edge.errors import ConsentError
from edge.sample import HostInstant

T0 = 1_795_500_000_000
PARIS = ZoneInfo("Europe/Paris")
COACH = Declared("Coach", "ALEC", "dpo@alec.example", True, "ALEC, Lyon", "P2Y", False)
TERMS = {
    "type": "releve",
    "fluid": "electricity",
    "class": "energy",
    "granularity": "day",
    "purpose": "Conseils d'économie d'énergie",
}

# W3C's guide on consent records (https://w3id.org/dpv/guides/consent-27560), as read.
RECEIPT_KEYS = {
    "@context",
    "@id",
    "@type",
    "dct:conformsTo",
    "dct:created",
    "dct:publisher",
    "schema:recipient",
    "dpv:hasRecordOfActivity",
}
RECORD_KEYS = {
    "@type",
    "dct:identifier",
    "dct:conformsTo",
    "dpv:hasDataSubject",
    "dpv:hasDataController",
    "dpv:hasJurisdiction",
    "dpv:hasApplicableLaw",
    "dpv:hasLegalBasis",
    "dpv:hasNotice",
    "dpv:hasProcess",
    "dpv:hasConsentStatus",
}
PROCESS_KEYS = {
    "@type",
    "dpv:hasPurpose",
    "dpv:hasPersonalData",
    "dpv:hasRecipient",
    "dpv:hasStorageCondition",
}


class Still:
    """A clock that is moved by hand."""

    def __init__(self):
        self.ms = T0

    def now(self):
        return HostInstant(
            self.ms, self.ms * 1_000_000, synchronised=True, boot_id="one"
        )


@pytest.fixture
def clock():
    return Still()


@pytest.fixture
def consents(tmp_path, clock):
    opened = Consents.open(tmp_path, clock, PARIS)
    yield opened
    opened.close()


@pytest.fixture
def given(consents):
    return give(consents)


def give(consents, who=COACH, **other):
    choice = Choice(read(TERMS | other), frozenset({"linky"}))
    _, (consent,) = consents.give(who, [choice], {"way": "shell", "language": "fr"})
    return consent


def entries(consents):
    return list(consents.ledger.entries())


def states(consents, consent):
    made = receipts.receipt(entries(consents), consent.id, T0)
    return [
        one["@type"] for one in made["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"]
    ]


def test_a_receipt_has_the_standards_keys(consents, given):
    made = receipts.receipt(entries(consents), given.id, T0)
    record = made["dpv:hasRecordOfActivity"]
    (process,) = record["dpv:hasProcess"]
    assert set(made) == RECEIPT_KEYS | {"releve:ledgerHead"}
    assert set(record) == RECORD_KEYS
    assert set(process) == PROCESS_KEYS | {"releve:outsideEU"}
    assert made["@type"] == "dpv:ConsentReceipt"
    assert record["@type"] == "dpv:ConsentRecord"


def test_every_prefix_of_a_receipt_is_explained_in_it(consents, given):
    made = receipts.receipt(entries(consents), given.id, T0)
    prefixes = {key.partition(":")[0] for key in keys(made) if ":" in key}
    assert prefixes <= set(made["@context"])


def keys(document):
    if isinstance(document, dict):
        for key, value in document.items():
            if key != "@context":
                yield key
                yield from keys(value)
    elif isinstance(document, list):
        for one in document:
            yield from keys(one)


def test_a_receipt_says_what_was_agreed_to(consents, given):
    record = receipts.receipt(entries(consents), given.id, T0)[
        "dpv:hasRecordOfActivity"
    ]
    (process,) = record["dpv:hasProcess"]
    data = process["dpv:hasPersonalData"]
    assert data["dct:identifier"] == "electricity/energy/day"
    assert data["dpv:hasDataSource"] == ["urn:home:meter:linky"]
    assert process["dpv:hasPurpose"]["dct:description"] == TERMS["purpose"]
    assert {"@type": "dpv:StorageDuration", "dpv:hasDuration": "P2Y"} in process[
        "dpv:hasStorageCondition"
    ]
    assert process["dpv:hasRecipient"][1] == {"dpv:hasName": "ALEC, Lyon"}
    assert record["dpv:hasNotice"]["dct:language"] == "fr"
    assert record["dpv:hasDataController"]["releve:declaredNotVerified"] is True
    (status,) = record["dpv:hasConsentStatus"]
    assert status["@type"] == "dpv:ConsentGiven"
    assert status["dpv:isIndicatedAtTime"] == receipts.stamp(T0)
    assert status["dpv:hasDuration"]["rdf:value"] == "P1Y"


def test_a_receipt_of_what_goes_out_says_that_it_can_not_be_called_back(consents):
    terms = read(TERMS | {"channels": ["cloud"]})
    _, (sent,) = consents.give(COACH, [Choice(terms, frozenset({"linky"}))], {})
    _, (read_,) = consents.give(COACH, [Choice(read(TERMS), frozenset({"linky"}))], {})
    for one, said in ((sent, True), (read_, False)):
        document = receipts.receipt(entries(consents), one.id, T0)
        assert ("called back" in json.dumps(document)) is said


def test_the_head_in_a_receipt_is_the_ledgers(consents, given):
    made = receipts.receipt(entries(consents), given.id, T0)
    assert bytes.fromhex(made["releve:ledgerHead"]) == consents.ledger.head


def test_what_was_withdrawn_says_when(consents, given, clock):
    clock.ms += 60_000
    consents.withdraw([given.id])
    assert states(consents, given) == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    made = receipts.receipt(entries(consents), given.id, T0)
    last = made["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"][-1]
    assert last["dpv:isIndicatedAtTime"] == receipts.stamp(T0 + 60_000)
    assert last["dpv:isIndicatedBy"] == "dpv:DataSubject"


def test_what_is_given_again_is_renewed_and_names_what_it_replaces(consents, given):
    again = give(consents, who=given.service)
    assert states(consents, again) == ["dpv:RenewedConsentGiven"]
    old = receipts.receipt(entries(consents), given.id, T0)
    new = receipts.receipt(entries(consents), again.id, T0)
    assert old["dpv:hasRecordOfActivity"]["dct:isReplacedBy"] == again.id
    assert new["dpv:hasRecordOfActivity"]["dct:replaces"] == given.id


def test_what_is_narrowed_is_a_consent_of_its_own(consents, given):
    terms = read(TERMS | {"granularity": "month"})
    narrower = consents.narrow(given.id, Choice(terms, frozenset({"linky"})))
    assert states(consents, given)[-1] == "dpv:ConsentWithdrawn"
    made = receipts.receipt(entries(consents), narrower.id, T0)
    record = made["dpv:hasRecordOfActivity"]
    data = record["dpv:hasProcess"][0]["dpv:hasPersonalData"]
    assert data["dct:identifier"] == "electricity/energy/month"
    assert record["dct:replaces"] == given.id
    assert record["dpv:hasNotice"]["dct:language"] == "fr"


def test_what_ran_out_was_withdrawn_by_nobody(consents, clock):
    brief = give(consents, duration="P1D")
    consents.expire()
    for _ in range(60):  # an hour at a time: a clock that jumps is not believed
        clock.ms += 3_600_000
        consents.expire()
    made = receipts.receipt(entries(consents), brief.id, T0)
    last = made["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"][-1]
    assert last["@type"] == "dpv:ConsentExpired"
    assert last["dpv:isIndicatedBy"] != "dpv:DataSubject"


def test_what_was_refused_is_a_record_that_nothing_was_given(consents, given):
    consents.refuse("coach-2", {"way": "shell"})
    found = receipts.records(entries(consents))
    assert [one["dct:identifier"] for one in found] == [given.id, "coach-2"]
    assert found[1]["dpv:hasConsentStatus"][0]["@type"] == "dpv:ConsentRefused"


def test_a_receipt_is_right_as_written_and_for_ever(consents, given, clock):
    written = json.dumps(receipts.receipt(entries(consents), given.id, T0 + 5))
    whole = len(entries(consents))
    clock.ms += 60_000
    give(consents)
    consents.withdraw([given.id])
    found = receipts.verified(receipts.read(written), entries(consents))
    assert (found.consent, found.entries) == (given.id, whole)
    assert found.since == (("dpv:ConsentWithdrawn", T0 + 60_000),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("electricity/energy/day", "electricity/energy/hour"),
        ("meter:linky", "meter:water"),
        ("P2Y", "P3Y"),
        ("ALEC, Lyon", "ALEC, Paris"),
        ("dpv:ConsentGiven", "dpv:RenewedConsentGiven"),
        ("urn:uuid:", "urn:uuid:0"),
        (TERMS["purpose"], "Publicité"),
    ],
)
def test_a_receipt_that_was_changed_is_none(consents, given, before, after):
    made = receipts.receipt(entries(consents), given.id, T0)
    text = json.dumps(made, ensure_ascii=False)
    assert before in text
    with pytest.raises(ConsentError, match="doesn't say"):
        receipts.verified(receipts.read(text.replace(before, after)), entries(consents))


def test_a_receipt_of_another_home_is_none_here(consents, given, tmp_path, clock):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = Consents.open(elsewhere, clock, PARIS)
    theirs = receipts.receipt(entries(consents), given.id, T0)
    give(other)
    with pytest.raises(ConsentError, match="never had the head"):
        receipts.verified(theirs, entries(other))
    other.close()


def test_what_was_erased_can_not_be_compared_and_is_said_so(consents, given):
    made = receipts.receipt(entries(consents), given.id, T0)
    consents.ledger.database.execute("UPDATE entry SET body = NULL, salt = NULL")
    with pytest.raises(ConsentError, match="was erased"):
        receipts.verified(made, entries(consents))
    assert consents.ledger.verify(bytes.fromhex(made["releve:ledgerHead"])) == 2


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"a": 1, "a": 2}', "[" * 100_000, '{"releve:ledgerHead": 1}'],
)
def test_what_is_no_receipt_is_refused(text):
    with pytest.raises(ConsentError, match="no receipt"):
        receipts.read(text)


def test_a_key_that_stands_twice_is_refused(consents, given):
    text = json.dumps(receipts.receipt(entries(consents), given.id, T0))
    twice = text[:-1] + ', "dct:created": "2026-01-01T00:00:00.000Z"}'
    with pytest.raises(ConsentError, match="no receipt"):
        receipts.read(twice)


def test_a_consent_that_never_was_has_no_receipt(consents):
    with pytest.raises(ConsentError, match="no consent"):
        receipts.receipt(entries(consents), "c0", T0)
