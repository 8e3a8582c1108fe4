"""Why a file was not taken, as an error of this house."""

from __future__ import annotations

from edge.errors import EdgeError
from exports.errors import ExportError


class ImportRefused(EdgeError):
    """Raised when a file is refused whole; `reason` is the key of its translation."""

    def __init__(self, reason: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason

    @classmethod
    def of(cls, error: ExportError) -> ImportRefused:
        """Say what a library's error says."""
        return cls(error.reason, error.message, hint=error.hint)
