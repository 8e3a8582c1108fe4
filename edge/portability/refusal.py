"""Why a pack can't be made or taken."""

from __future__ import annotations

from edge.errors import EdgeError


class PackRefused(EdgeError):
    """Raised when a pack can't be written, opened or believed; says what to do."""
