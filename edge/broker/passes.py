"""What services log in with, a file each, 0600: made for one grant, and never again.

A user's name ends in bits of chance, so that none is used twice: neither after a
backup that knows an older one, nor when a consent is suspended and comes back. Who
comes with a name and a client id that were another's would be given that one's queue.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from edge.broker.address import Login
from edge.broker.passwords import PASSWORD_BYTES
from edge.consent.records import Grant
from edge.consent.terms import Channel
from edge.journal.file import private_directory
from edge.private_file import write_private

PLACE = "services"
GONE = ".gone"


def basis_of(grant: Grant, channel: Channel) -> str:
    """Name the state of a grant; empty when it holds nothing by a channel."""
    if not any(channel in one.terms.channels for one in grant.consents):
        return ""
    return f"{grant.version}:" + ",".join(sorted(one.id for one in grant.consents))


@dataclass(frozen=True, slots=True)
class Pass:
    """A service's login by one grant; `basis` names that grant's state."""

    service: str
    user: str
    password: str = field(repr=False)
    basis: str

    @classmethod
    def new(cls, service: str, version: int, basis: str) -> Pass:
        """Make one that never was."""
        user = f"{service}-{version}-{secrets.token_hex(6)}"
        return cls(service, user, secrets.token_urlsafe(PASSWORD_BYTES), basis)

    @property
    def login(self) -> Login:
        """Give it as a connection takes it."""
        return Login(self.user, self.password)


class Passes:
    """The files of a home's passes; every method blocks for the disk."""

    def __init__(self, directory: Path) -> None:
        self._place = directory / PLACE

    def load(self) -> dict[str, Pass]:
        """Give those that are kept, by service; one that is not whole is none."""
        private_directory(self._place)
        found = {}
        for path in sorted(self._place.glob("*.json")):
            try:
                kept = Pass(**orjson.loads(path.read_bytes()))
            except (ValueError, TypeError):
                continue
            found[kept.service] = kept
        return found

    def keep(self, new: Pass) -> None:
        """Keep one, durably, in the place of what the service had."""
        private_directory(self._place)
        write_private(self._place / f"{new.service}.json", orjson.dumps(asdict(new)))

    def retire(self, old: Pass) -> None:
        """Forget one's password; remember that its session is to be swept away."""
        write_private(self._place / f"{old.user}{GONE}", b"")
        if self.load().get(old.service) == old:  # and not a newer one
            (self._place / f"{old.service}.json").unlink()

    def gone(self) -> list[str]:
        """Give the users whose sessions are still to be swept away."""
        return sorted(path.name[: -len(GONE)] for path in self._place.glob(f"*{GONE}"))

    def swept(self, user: str) -> None:
        """Forget a user whose session is no more."""
        (self._place / f"{user}{GONE}").unlink(missing_ok=True)
