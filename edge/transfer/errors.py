"""Why a transfer can't be: to be told, or to be tried again."""

from __future__ import annotations

from edge.errors import EdgeError


class TransferError(EdgeError):
    """Anything edge/transfer raises on purpose."""


class TransferRefused(TransferError):
    """Raised when a transfer can't go on as it is; `reason` is its key."""

    def __init__(self, reason: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


UNKNOWN_CODE = "unknown-code"
"""Why nothing is there for a sender: the one answer to whatever is wrong."""


class TransferLost(TransferError):
    """Raised when the other home goes away, or has no place now: worth another try."""
