"""From the ledger's entries to what stands: one pure step an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from edge.consent.records import (
    Declared,
    Pause,
    Service,
    Standing,
    Writer,
    consent_of,
)
from edge.errors import ConsentError

if TYPE_CHECKING:
    from edge.consent.ledger import Entry


class Act(StrEnum):
    """What an entry of the ledger says was done."""

    SERVICE = "service"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NARROWED = "narrowed"
    EXPIRED = "expired"
    PAUSED = "paused"
    RESUMED = "resumed"
    WRITER = "writer"
    WRITER_REMOVED = "writer_removed"
    WRITER_HELD = "writer_held"
    WRITER_CONFIRMED = "writer_confirmed"
    ERASED = "erased"
    """Readings were erased; which, is erased here too (edge.erasure)."""


def step(standing: Standing, act: Act, at_ms: int, body: Mapping[str, Any]) -> None:
    """Bring what stands up by one entry; raise LookupError on one that fits nothing."""
    match act:
        case Act.SERVICE:
            declared = Declared.read(body["declared"])
            standing.services[body["id"]] = Service(body["id"], declared, at_ms)
        case Act.REFUSED:
            standing.refusals[body["key"]] = at_ms
        case Act.GIVEN:
            _give(standing, body)
        case Act.NARROWED:
            _end(standing, body["replaces"], at_ms)
            _give(standing, body)
        case Act.WITHDRAWN | Act.EXPIRED:
            _turn(standing, _end(standing, body["consent"], at_ms))
        case Act.PAUSED | Act.RESUMED:
            reason = str(body.get("reason", ""))
            _pause(standing, body["service"], at_ms, reason, on=act is Act.PAUSED)
        case Act.WRITER:
            told = (body["id"], body["name"], body["meter"], at_ms, body["hash"])
            standing.writers[body["id"]] = Writer(*told)
        case Act.WRITER_REMOVED:
            standing.writers.pop(body["writer"], None)
        case Act.WRITER_HELD | Act.WRITER_CONFIRMED:
            _hold(standing, body["writer"], on=act is Act.WRITER_HELD)


def take(standing: Standing, entry: Entry) -> None:
    """Bring what stands up by one entry, erased or not.

    What was erased gives nothing any more, and ends what it ended.
    """
    if entry.body is not None:
        step(standing, entry.act, entry.at_ms, entry.body)
        return
    subject = entry.subject
    if entry.act in (Act.WITHDRAWN, Act.EXPIRED, Act.NARROWED):
        if subject in standing.consents:
            _turn(standing, _end(standing, subject, entry.at_ms))
    elif entry.act is Act.PAUSED and subject in standing.services:
        _pause(standing, subject, entry.at_ms, "", on=True)
    elif entry.act is Act.WRITER_REMOVED:
        standing.writers.pop(subject, None)
    elif entry.act is Act.WRITER_HELD and subject in standing.writers:
        _hold(standing, subject, on=True)


def stands(entries: Iterable[Entry]) -> Standing:
    """Add up a ledger's entries, oldest first; raise ConsentError on nonsense."""
    standing = Standing()
    for entry in entries:
        try:
            take(standing, entry)
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            raise ConsentError(
                f"entry {entry.seq} of the ledger makes no sense: {error!r}"
            ) from error
    return standing


def _hold(standing: Standing, writer: str, *, on: bool) -> None:
    standing.writers[writer] = replace(standing.writers[writer], held=on)


def _give(standing: Standing, body: Mapping[str, Any]) -> None:
    consent = consent_of(body["consent"])
    standing.consents[consent.id] = consent
    _turn(standing, consent.service)


def _end(standing: Standing, consent: str, at_ms: int) -> str:
    ended = standing.consents[consent]
    if ended.ended_ms is None:
        standing.consents[consent] = replace(ended, ended_ms=at_ms)
    return ended.service


def _turn(standing: Standing, service: str) -> None:
    """Give a service a new version: what was made for the one before is void."""
    who = standing.services[service]
    standing.services[service] = replace(who, version=who.version + 1)


def _pause(
    standing: Standing, service: str, at_ms: int, reason: str, *, on: bool
) -> None:
    who = standing.services[service]
    if on == who.paused:
        return
    pauses = (
        (*who.pauses, Pause(at_ms, None, reason))
        if on
        else (*who.pauses[:-1], _ended(who.pauses[-1], at_ms))
    )
    standing.services[service] = replace(who, pauses=pauses)
    _turn(standing, service)


def _ended(pause: Pause, at_ms: int) -> Pause:
    """End a pause, never before it began: a clock may have been set back."""
    return replace(pause, end_ms=max(at_ms, pause.start_ms))
