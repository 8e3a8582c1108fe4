"""The journal as a consumer sees it: read from an address on, and waited for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from edge.journal.bodies import Kind
from edge.record import Address, Lane, Record


class FollowedJournal(Protocol):
    """A journal, as far as every consumer needs it."""

    @property
    def tail(self) -> Address:
        """Give the address of the last record committed; its seq is 0 for none."""
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

    async def register(self, consumer: str) -> None:
        """Make a consumer known."""
        ...

    async def wait_committed(self, after: Address | None) -> Address:
        """Wait for a record behind an address; give the tail."""
        ...


class MovedJournal(FollowedJournal, Protocol):
    """The same, for a consumer that knows its place from elsewhere."""

    async def move(self, consumer: str, lane: Lane, address: Address) -> None:
        """Move a cursor forward."""
        ...


class RememberedJournal(FollowedJournal, Protocol):
    """The same, for a consumer whose place and state the journal keeps."""

    def cursor(self, consumer: str, lane: Lane) -> Address | None:
        """Give how far a consumer has come."""
        ...

    def memory(self, consumer: str) -> bytes | None:
        """Give the state that a consumer left with its last move."""
        ...
