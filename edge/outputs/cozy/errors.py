"""What a Cozy may answer besides yes."""

from __future__ import annotations

from edge.errors import EdgeError


class CozyError(EdgeError):
    """Anything that a Cozy didn't do for us; its message holds no secret."""


class CozyDown(CozyError):
    """Raised when a Cozy doesn't answer, or not as one: it may later.

    Whether what was sent was taken is not known: it is sent again under the same id.
    """


class CozyRefused(CozyError):
    """Raised when a Cozy says no to what was asked, and will again."""


class TokenOver(CozyError):
    """Raised when an access token isn't taken: it has expired, or was revoked."""


class CozyWithdrawn(CozyError):
    """Raised when a token can't be renewed: the household revoked us over there."""
