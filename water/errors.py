"""The one error tree of water/'s messages; files raise those of exports/."""

from __future__ import annotations


class WaterError(Exception):
    """Anything water/ raises on purpose; `hint` says what the reader can do.

    `reason` is a short word in kebab case, the key of its translation.
    """

    def __init__(self, reason: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} ({hint})")
        self.reason = reason
        self.message = message
        self.hint = hint


class MessageRefused(WaterError):
    """Raised when a radio's message is no reading that can be trusted."""
