"""The one error tree of edge/: each error says what happened and what to do."""

from __future__ import annotations


class EdgeError(Exception):
    """Anything edge/ can raise on purpose; `hint` says what the reader can do."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message} ({hint})")
        self.message = message
        self.hint = hint


class UnknownRegister(EdgeError):
    """Raised when a name is not in the catalogue."""


class UnknownMeter(EdgeError):
    """Raised when a meter id is not configured and has no history."""


class JournalError(EdgeError):
    """Raised when the journal can't be opened, read or appended to."""


class NewerSchema(JournalError):
    """Raised when a database was written by a newer Relevé: a downgrade is refused."""


class DiskFull(JournalError):
    """Raised when nothing more can be committed until space is made."""


class DamagedDatabase(JournalError):
    """Raised when a database file is no longer one that can be trusted."""


class DamagedRecord(JournalError):
    """Raised when one record's bytes are not what was written."""


class AlreadyRunning(JournalError):
    """Raised when another process writes in the same data directory."""


class BackupError(EdgeError):
    """Raised when a backup can't be made, verified or restored."""


class StoreError(EdgeError):
    """Raised when a store can't be read or projected into."""


class StoreBehind(StoreError):
    """Raised when a store is so far behind the journal that it is being filled."""


class StoreDown(StoreError):
    """Raised when a store's server doesn't answer as it should: nothing was moved.

    `retry_after_s` is how long it asks to be left alone, where it says so.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class LinesRefused(StoreError):
    """Raised when InfluxDB won't have some of the lines of a request (400, 413, 422).

    `dropped` is how many it says that it left out, None when it doesn't say.
    """

    def __init__(self, message: str, *, dropped: int | None = None) -> None:
        super().__init__(message)
        self.dropped = dropped


class SourceError(EdgeError):
    """Raised when a meter's source can't be made out of its configuration."""


class BrokerError(EdgeError):
    """Raised when a broker can't be reached, refuses, or can't be run."""


class BrokerLost(BrokerError):
    """Raised when the connection to the broker goes before something was confirmed."""


class PublishRefused(BrokerError):
    """Raised when the broker answers a publication with a negative reason code."""


class SubscribeRefused(BrokerError):
    """Raised when the broker answers a subscription with a negative reason code."""


class ConsentError(EdgeError):
    """Raised when a consent can't be read, given or changed."""


class RequestRefused(ConsentError):
    """Raised when what a service asks for can't be understood or agreed to."""
