"""The one error tree of collectors/: why nothing was collected, by a word of ours.

Nothing that a portal answered is in them: it may name a meter, a person or a secret.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why an attempt brought nothing; words.py says each to a household."""

    OFFLINE = "offline"
    TIME_OUT = "time-out"
    PORTAL_DOWN = "portal-down"
    CERTIFICATE = "certificate"
    TRUNCATED = "truncated"
    MAINTENANCE = "maintenance"
    CAPTCHA = "captcha"
    BLOCKED = "blocked"
    QUOTA = "quota"
    PASSWORD = "wrong-password"  # noqa: S105 - the word for why
    TOKEN = "token-refused"  # noqa: S105 - the word for why
    CONSENT = "consent"
    SECOND_FACTOR = "second-factor"
    NO_SECRET = "no-secret"  # noqa: S105 - the word for why
    OPEN_SECRET = "open-secret"  # noqa: S105 - the word for why
    BAD_SECRET = "bad-secret"  # noqa: S105 - the word for why
    SETTINGS = "settings"
    NOT_INSTALLED = "not-installed"
    WHICH_METER = "which-meter"
    CHANGED = "changed"
    CRASHED = "crashed"
    SERVICE_AWAY = "service-away"
    SERVICE_REFUSED = "service-refused"


class CollectorError(Exception):
    """Anything collectors/ raises on purpose; `hint` says what the owner can do."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} ({hint})")
        self.message = message
        self.hint = hint


class Unusable(CollectorError):
    """Raised when a [[collectors]] table can't be used; names the key."""


class NotCollected(CollectorError):
    """Raised when an attempt brings nothing.

    `status` is HTTP's; `wait_s` how long the other side asks to be left alone; `where`
    a word of ours on the step that failed.
    """

    def __init__(
        self,
        reason: Reason,
        where: str = "",
        *,
        status: int | None = None,
        wait_s: float | None = None,
    ) -> None:
        said = (where, "" if status is None else f"HTTP {status}")
        super().__init__(": ".join(filter(None, (reason.value, *said))))
        self.reason = reason
        self.where = where
        self.status = status
        self.wait_s = wait_s
