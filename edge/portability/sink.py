"""Where a pack is written to."""

from __future__ import annotations

from typing import Protocol


class Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take them."""
        ...
