"""The one error tree of exports/: each error says what happened and what to do."""

from __future__ import annotations


class ExportError(Exception):
    """Anything exports/ raises on purpose; `hint` says what the reader can do.

    `reason` is a short word in kebab case, the key of its translation.
    """

    def __init__(self, reason: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} ({hint})")
        self.reason = reason
        self.message = message
        self.hint = hint


class FileRefused(ExportError):
    """Raised when a file is not one that can be read: nothing of it is taken."""


class RowRefused(ExportError):
    """Raised when one row can't be trusted; the rest of its file can."""
