"""The journal as the outputs see it: read from cursors, moved when delivered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from edge.journal.bodies import Kind
from edge.record import Address, Lane, Record


class ReadJournal(Protocol):
    """A journal, as far as this consumer needs it."""

    @property
    def tail(self) -> Address:
        """Give the address of the last record committed."""
        ...

    def read(
        self,
        after: Address | None = None,
        *,
        limit: int = 256,
        lane: Lane | None = None,
        kinds: Iterable[Kind] | None = None,
    ) -> list[Record]:
        """Give the committed records behind an address."""
        ...

    def cursor(self, consumer: str, lane: Lane) -> Address | None:
        """Give how far a consumer has come."""
        ...

    def memory(self, consumer: str) -> bytes | None:
        """Give the state that a consumer left with its last move."""
        ...

    async def register(self, consumer: str) -> None:
        """Make a consumer known."""
        ...

    async def move(
        self, consumer: str, lane: Lane, address: Address, state: bytes | None = None
    ) -> None:
        """Move a cursor forward."""
        ...

    async def rewind(self, consumer: str, lane: Lane, address: Address | None) -> None:
        """Set a cursor to any address."""
        ...

    async def wait_committed(self, after: Address | None) -> Address:
        """Wait for a record behind an address."""
        ...
