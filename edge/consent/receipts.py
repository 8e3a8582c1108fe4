"""Consent records and receipts: ISO/IEC TS 27560 as W3C's DPV has it, in JSON-LD.

Pure functions of the ledger's entries: the same entries make the same document, so
that a receipt is checked by making it again (`releve consents verify RECEIPT`). Keys
are those of https://w3id.org/dpv/guides/consent-27560, and ours below `releve:`.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from edge.consent.ledger import Entry
from edge.consent.records import Consent
from edge.consent.standing import Act
from edge.consent.terms import Channel, Terms, once
from edge.consent.trail import EXPIRED, GIVEN, REFUSED, RENEWED, Trail, trails
from edge.errors import ConsentError
from edge.sample import utc

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "schema": "https://schema.org/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "releve": "urn:releve:",
}
"""Written out: who reads a receipt in a home without Internet fetches nothing."""
SENT = "what was sent, or is on its way by then, can't be called back"
"""Of what goes out by itself: a withdrawal ends what comes after it."""
RECEIPT = "https://w3id.org/dpv/schema/dpv-27560#receipt"
RECORD = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a receipt that is right.

    `entries` stood in the ledger when it was made, `since` are the consent's states
    that came after, oldest first, with their instants.
    """

    consent: str
    entries: int
    since: tuple[tuple[str, int], ...]


def records(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Give a consent record for each consent, and for each that was refused."""
    refused = [
        _refusal(entry.at_ms, entry.body)
        for entry in entries
        if entry.act is Act.REFUSED and entry.body is not None
    ]
    return [record(trail) for trail in trails(entries).values()] + refused


def record(trail: Trail) -> dict[str, Any]:
    """Give one consent's record as JSON-LD."""
    consent, declared = trail.consent, trail.declared
    terms = consent.terms
    controller = f"urn:releve:service:{consent.service}"
    recipients: list[Any] = [controller]
    if declared.recipients:
        recipients.append({"dpv:hasName": declared.recipients})
    where = "dpv:RemoteLocation" if declared.leaves_home else "dpv:LocalLocation"
    storage = [{"@type": "dpv:StorageLocation", "dpv:hasLocation": where}]
    if declared.retention:
        lasting = {"dpv:hasDuration": declared.retention}
        storage.append({"@type": "dpv:StorageDuration", **lasting})
    page = {"releve:webOrigin": declared.origin} if declared.origin else {}
    sent = {"releve:onceSent": SENT} if Channel.CLOUD in terms.channels else {}
    links = {"dct:replaces": trail.replaces, "dct:isReplacedBy": trail.replaced}
    return {
        "@type": "dpv:ConsentRecord",
        "dct:identifier": consent.id,
        "dct:conformsTo": RECORD,
        "dpv:hasDataSubject": "urn:home:occupant",
        "dpv:hasDataController": {
            "@id": controller,
            "dpv:hasName": declared.controller,
            "dpv:hasContact": declared.contact,
            "dct:title": declared.name,
            "releve:declaredNotVerified": True,
            **page,
        },
        "dpv:hasJurisdiction": "loc:FR",
        "dpv:hasApplicableLaw": "eu-gdpr:GDPR",
        "dpv:hasLegalBasis": "eu-gdpr:A6-1-a",
        "dpv:hasNotice": _notice(trail.basis),
        "dpv:hasProcess": [
            {
                "@type": "dpv:Process",
                "dpv:hasPurpose": {
                    "skos:broader": "dpv:ServiceProvision",
                    "dct:description": terms.purpose,
                },
                "dpv:hasPersonalData": {
                    "dct:identifier": _named_data(terms),
                    "dpv:hasNecessity": "dpv:Required",
                    "dpv:hasDataSource": [
                        f"urn:home:meter:{meter}" for meter in sorted(consent.meters)
                    ],
                    "releve:history": str(terms.history),
                    "releve:channels": sorted(terms.channels),
                },
                "dpv:hasRecipient": recipients,
                "dpv:hasStorageCondition": storage,
                "releve:outsideEU": declared.outside_eu,
                **sent,
            }
        ],
        "dpv:hasConsentStatus": [
            _status(state, at_ms, consent) for state, at_ms in trail.states
        ],
        **{key: value for key, value in links.items() if value is not None},
    }


def _named_data(terms: Terms) -> str:
    return f"{terms.fluid}/{terms.consent_class}/{terms.grain}"


def _notice(basis: Mapping[str, Any]) -> dict[str, Any]:
    """Name what the household saw by its hash, and say in which language it was."""
    told = orjson.dumps(dict(basis), option=orjson.OPT_SORT_KEYS)
    notice = {
        "@type": "dpv:ConsentNotice",
        "@id": f"urn:releve:notice:{hashlib.sha256(told).hexdigest()}",
    }
    if isinstance(basis.get("language"), str):
        notice["dct:language"] = basis["language"]
    return notice


def _status(state: str, at_ms: int, consent: Consent) -> dict[str, Any]:
    status: dict[str, Any] = {
        "@type": state,
        "dpv:isIndicatedAtTime": stamp(at_ms),
        # that it ran out is no word of anybody's
        "dpv:isIndicatedBy": "urn:home:pi" if state == EXPIRED else "dpv:DataSubject",
    }
    if state in (GIVEN, RENEWED):
        duration = {"rdf:value": str(consent.terms.duration)}
        status["dpv:hasDuration"] = {"@type": "dpv:TemporalDuration", **duration}
        status["releve:expires"] = stamp(consent.expires_ms)
    return status


def _refusal(at_ms: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the record of what was refused: that nothing was given, and nothing more."""
    return {
        "@type": "dpv:ConsentRecord",
        "dct:identifier": str(body["key"]),
        "dct:conformsTo": RECORD,
        "dpv:hasDataSubject": "urn:home:occupant",
        "dpv:hasConsentStatus": [
            {
                "@type": REFUSED,
                "dpv:isIndicatedAtTime": stamp(at_ms),
                "dpv:isIndicatedBy": "dpv:DataSubject",
            }
        ],
    }


def receipt(entries: Sequence[Entry], consent: str, created_ms: int) -> dict[str, Any]:
    """Give a consent's receipt as the ledger stands; raise ConsentError for none.

    The head's hash in it stands for every entry up to now.
    """
    trail = trails(entries).get(consent)
    if trail is None:
        raise ConsentError(
            "the ledger holds no consent of this id",
            hint="`releve consents list --all` shows them",
        )
    head, created = entries[-1].chain.hex(), stamp(created_ms)
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"releve:{consent}:{head}:{created}")
    return {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{name}",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": RECEIPT,
        "dct:created": created,
        "dct:publisher": "urn:home:pi",
        "schema:recipient": "dpv:DataSubject",
        "releve:ledgerHead": head,
        "dpv:hasRecordOfActivity": record(trail),
    }


def read(text: str | bytes) -> dict[str, Any]:
    """Read a receipt's file; raise ConsentError on what is none."""
    try:
        document = json.loads(text, object_pairs_hook=once)
        _named(document)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ConsentError(
            "this is no receipt of a consent",
            hint="`releve consents receipt ID` writes one",
        ) from error
    found: dict[str, Any] = document
    return found


def verified(document: Mapping[str, Any], entries: Sequence[Entry]) -> Verified:
    """Check a receipt against the entries of a ledger whose chain holds.

    Raises ConsentError when its head never was the head, or when it says something
    else than the ledger said then.
    """
    consent, head, created = _named(document)
    chains = [entry.chain.hex() for entry in entries]
    if head not in chains:
        raise ConsentError(
            "the ledger never had the head that this receipt names",
            hint="it is of another home, or one of the two was changed",
        )
    count = chains.index(head) + 1
    then = entries[:count]
    trail = trails(then).get(consent)
    if trail is None and any(entry.body is None for entry in then):
        raise ConsentError("what this receipt says was erased here; the chain holds")
    if trail is None or _made(then, consent, created) != document:
        raise ConsentError("this receipt doesn't say what the ledger said then")
    since = trails(entries)[consent].states[len(trail.states) :]
    return Verified(consent, count, tuple(since))


def _made(entries: Sequence[Entry], consent: str, created: str) -> dict[str, Any]:
    """Make a receipt again, with the instant that it bears."""
    made = receipt(entries, consent, 0)
    name = f"releve:{consent}:{entries[-1].chain.hex()}:{created}"
    made["@id"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"
    made["dct:created"] = created
    return made


def _named(document: Any) -> tuple[str, str, str]:
    """Give the consent, the head and the instant that a receipt names."""
    told = (
        document["dpv:hasRecordOfActivity"]["dct:identifier"],
        document["releve:ledgerHead"],
        document["dct:created"],
    )
    if not all(isinstance(one, str) for one in told):
        raise TypeError("a receipt names these by texts")
    return told


def stamp(at_ms: int) -> str:
    """Write an instant as receipts do: UTC, to the millisecond."""
    return utc(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
