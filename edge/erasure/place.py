"""Where readings are: each place can say what it has of a time, and let go of it."""

from __future__ import annotations

from typing import Protocol

from edge.journal.erased import Erased


class Place(Protocol):
    """One place; to erase twice is to erase once."""

    @property
    def name(self) -> str:
        """Give what it is called, in reports and in the tombstones."""
        ...

    async def count(self, stone: Erased) -> int:
        """Say how much would go; change nothing."""
        ...

    async def erase(self, stone: Erased) -> int:
        """Let go of it, and say how much went; raise EdgeError to be asked again."""
        ...

    async def clean(self) -> None:
        """Leave no trace of what was let go in any file; raise EdgeError likewise."""
        ...
