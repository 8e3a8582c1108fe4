"""Why a home can't be handed over now."""

from __future__ import annotations

from edge.errors import EdgeError


class HandoverRefused(EdgeError):
    """Raised when a handover can't begin or go on; says what to do."""
