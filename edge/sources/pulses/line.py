"""A line on which a meter pulses: its flanks, dated by the kernel, and its level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from edge.errors import SourceError


class LineError(SourceError):
    """Raised when a pulse line can't be opened or read; says what to do."""


class Flank(NamedTuple):
    """The line became active, or not, at an instant of the monotonic clock, in ns."""

    at_ns: int
    active: bool


class PulseLine(Protocol):
    """One line, open. `fileno` is readable when flanks wait; `read` never blocks."""

    lost: int
    """Flanks that the kernel had no room for, so far."""

    def fileno(self) -> int:
        """Give what to wait for in the event loop."""
        ...

    def active(self) -> bool:
        """Give the level as it is now; raise LineError."""
        ...

    def read(self) -> Sequence[Flank]:
        """Give the flanks that wait, oldest first; raise LineError."""
        ...

    def close(self) -> None:
        """Let go of the line."""
        ...


class OpenLine(Protocol):
    """Opens the line of a meter."""

    def __call__(self) -> PulseLine:
        """Give the line, listening; raise LineError."""
        ...
