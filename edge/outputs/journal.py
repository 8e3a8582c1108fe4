"""The journal as the outputs see it: read from cursors, moved when delivered."""

from __future__ import annotations

from typing import Protocol

from edge.journal.followed import RememberedJournal
from edge.record import Address, Lane


class ReadJournal(RememberedJournal, Protocol):
    """A journal, as far as this consumer needs it."""

    async def move(
        self, consumer: str, lane: Lane, address: Address, state: bytes | None = None
    ) -> None:
        """Move a cursor forward."""
        ...

    async def rewind(self, consumer: str, lane: Lane, address: Address | None) -> None:
        """Set a cursor to any address."""
        ...
