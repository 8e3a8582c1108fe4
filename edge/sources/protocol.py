"""What a source is: the meters it serves, and what they say, for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable

from edge.health import PartHealth
from edge.sample import Reading


@runtime_checkable
class Source(Protocol):
    """An async iterator of readings that restarts itself and raises for no port.

    `beat_ns` is the monotonic instant at which its loop last turned, meter or no
    meter: the watchdog's sign of life.
    """

    meters: tuple[str, ...]
    beat_ns: int

    def __aiter__(self) -> AsyncIterator[Reading]:
        """Give readings as they come; a replay's end, a meter's never do."""
        ...

    def health(self) -> PartHealth:
        """Tell how it fares."""
        ...
