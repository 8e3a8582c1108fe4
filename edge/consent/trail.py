"""A consent's trail: all that the ledger says of it, from given to ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.consent.ledger import Entry
from edge.consent.records import Consent, Declared, consent_of
from edge.consent.standing import Act

GIVEN, RENEWED = "dpv:ConsentGiven", "dpv:RenewedConsentGiven"
WITHDRAWN, EXPIRED = "dpv:ConsentWithdrawn", "dpv:ConsentExpired"
REFUSED = "dpv:ConsentRefused"
"""The states of a consent as W3C's DPV names them."""


@dataclass(slots=True)
class Trail:
    """All that the ledger says of one consent, and of who holds it."""

    consent: Consent
    declared: Declared
    basis: Mapping[str, Any]
    states: list[tuple[str, int]] = field(default_factory=list)
    replaces: str | None = None
    replaced: str | None = None


def trails(entries: Iterable[Entry]) -> dict[str, Trail]:
    """Give each consent's trail by its id; what was erased has none."""
    declared: dict[str, Declared] = {}
    found: dict[str, Trail] = {}
    before: dict[str, str] = {}
    for entry in entries:
        body = entry.body
        if body is None:
            continue
        match entry.act:
            case Act.SERVICE:
                declared[body["id"]] = Declared.read(body["declared"])
            case Act.GIVEN | Act.NARROWED:
                replaces = body.get("replaces")
                if replaces is not None:
                    _end(found, replaces, WITHDRAWN, entry.at_ms, body["consent"]["id"])
                    before[body["consent"]["id"]] = replaces
                consent = consent_of(body["consent"])
                if consent.service not in declared:
                    continue
                trail = Trail(
                    consent,
                    declared[consent.service],
                    body.get("basis") or _basis(found, replaces),
                    replaces=before.get(consent.id),
                )
                given = GIVEN if trail.replaces is None else RENEWED
                trail.states.append((given, entry.at_ms))
                found[consent.id] = trail
            case Act.WITHDRAWN:
                replaced = body.get("replaced")
                if replaced is not None:
                    before[replaced] = body["consent"]
                _end(found, body["consent"], WITHDRAWN, entry.at_ms, replaced)
            case Act.EXPIRED:
                _end(found, body["consent"], EXPIRED, entry.at_ms, None)
            case _:
                pass
    return found


def _end(
    found: Mapping[str, Trail], consent: str, state: str, at_ms: int, by: str | None
) -> None:
    trail = found.get(consent)
    if trail is not None:
        trail.states.append((state, at_ms))
        trail.replaced = by


def _basis(found: Mapping[str, Trail], consent: str | None) -> Mapping[str, Any]:
    """Give what a consent was given on that this one narrows."""
    trail = None if consent is None else found.get(consent)
    return {} if trail is None else trail.basis
