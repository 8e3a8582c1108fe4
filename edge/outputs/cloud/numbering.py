"""Under which name a destination's messages are numbered: another for each grant.

The name ends in bits of chance, so that none is used twice: whoever throws away what
has a number that it knows would throw away what is new.
"""

from __future__ import annotations

import secrets

from edge.broker.passes import Pass, basis_of
from edge.consent.terms import Channel
from edge.outputs.services.book import Book
from edge.outputs.services.home import Decisions


class Numbering:
    """Gives a destination's pass by its grant; None while it holds nothing here."""

    def __init__(self, book: Book, decisions: Decisions, service: str) -> None:
        """Know the name that was used last; blocks while it is read."""
        self._decisions, self._service = decisions, service
        self._last = book.login(service) or ""
        self._held: Pass | None = None

    def pass_of(self, service: str) -> Pass | None:
        """Give what its messages are numbered by at present."""
        grant = self._decisions.grant(service) if service == self._service else None
        basis = "" if grant is None else basis_of(grant, Channel.CLOUD)
        if grant is None or not basis:
            return None
        if self._held is None or self._held.basis != basis:
            version = f"{grant.version}-"
            if not self._last.startswith(version):
                self._last = f"{version}{secrets.token_hex(6)}"
            self._held = Pass(service, self._last, "", basis)
        return self._held
