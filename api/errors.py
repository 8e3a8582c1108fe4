"""The one error tree of api/: what stops it from starting, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping

from edge.errors import EdgeError


class ApiError(EdgeError):
    """Anything api/ raises on purpose: an EdgeError, so that the command shows it."""


class TokenError(ApiError):
    """Raised when the owner's token can't be made, read or kept private."""


class PasswordRefused(ApiError):
    """Raised when a password is too short to be one, or too long."""


class ListenError(ApiError):
    """Raised when the API can't listen where it was told to."""


class Problem(ApiError):
    """Raised to answer with a problem detail (RFC 9457) of one of `api.problems.KINDS`.

    `parameter` names the query parameter at fault; `headers` go with the answer.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        parameter: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.parameter = parameter
        self.headers = dict(headers or {})


class OAuthRefused(ApiError):
    """Raised to answer with an error of OAuth 2 (RFC 6749, 5.2), named by its word."""

    kind = "oauth-refused"

    def __init__(
        self,
        error: str,
        description: str,
        *,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
        self.headers = dict(headers or {})
