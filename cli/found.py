"""What the owner names, found in the ledger: by its id, or by a name that is alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from edge.consent.records import Consent, Service, Standing, Writer
from edge.errors import ConsentError

T = TypeVar("T", Service, Writer, Consent)


def find_service(standing: Standing, word: str) -> Service:
    """Find a service by its id, or by a name that only one has; raise ConsentError."""
    if word in standing.services:
        return standing.services[word]
    found = [one for one in standing.services.values() if one.declared.name == word]
    live = [one for one in found if holding(standing, one)] or found
    return _only(live, word, "service")


def find_writer(standing: Standing, word: str) -> Writer:
    """Find a writer by its id or name; raise ConsentError."""
    found = [one for one in standing.writers.values() if word in (one.id, one.name)]
    return _only(found, word, "writer")


def find_consent(standing: Standing, word: str) -> Consent:
    """Find a consent by its id; raise ConsentError."""
    found = standing.consents.get(word)
    return _only([] if found is None else [found], word, "consent")


def _only(found: Sequence[T], word: str, name: str) -> T:
    if not found:
        raise ConsentError(
            f"no {name} is {word!r}", hint=f"`releve {name}s list` shows them"
        )
    if len(found) > 1:
        raise ConsentError(
            f"{len(found)} {name}s are called {word!r}",
            hint=f"say which by its id: {', '.join(one.id for one in found)}",
        )
    return found[0]


def holding(standing: Standing, service: Service) -> list[Consent]:
    """Give a service's consents that were not ended."""
    return [one for one in standing.of(service.id) if one.ended_ms is None]
