"""The one error tree of teleinfo/: each error says what happened and what to do."""

from __future__ import annotations

from teleinfo.reason import Reason


class TeleinfoError(Exception):
    """Anything teleinfo/ raises on purpose; `hint` says what the reader can do."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} ({hint})")
        self.message = message
        self.hint = hint


class GroupRefused(TeleinfoError):
    """Raised when a line is not a group that can be trusted; `reason` says why."""

    def __init__(
        self, reason: Reason, message: str, *, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class ValueRefused(GroupRefused):
    """Raised when a data field or a horodate is not what its label allows."""

    def __init__(
        self,
        label: str,
        field: str,
        *,
        hint: str | None = None,
        reason: Reason = Reason.VALUE,
    ) -> None:
        super().__init__(reason, f"{label} can't be {field!r}", hint=hint)
        self.label = label
        self.field = field


class EncodeError(TeleinfoError):
    """Raised when a group that a meter could not send is asked of the encoder."""


class SourceError(TeleinfoError):
    """Raised when a file can't be read, or is none."""


class PortError(TeleinfoError):
    """Raised when a serial port can't be opened, set up or read."""


class PortMissing(PortError):
    """Raised when there is no such port: unplugged, or numbered otherwise."""


class PortForbidden(PortError):
    """Raised when this user may not open the port."""


class PortBusy(PortError):
    """Raised when another program holds the port: two readers share its bytes."""


class NotAPort(PortError):
    """Raised when what was named is no serial port nor terminal."""


class PortLost(PortError):
    """Raised when the port went away while it was read."""
