"""Who we are to a cloud's broker: a file each, 0600, never in the configuration.

`home` is bits of chance, of this destination alone: two clouds can't tell by it that
they are told of one home.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from edge.broker.address import Login
from edge.errors import BrokerError
from edge.journal.file import private_directory
from edge.private_file import write_private

PLACE = "cloud"


@dataclass(frozen=True, slots=True)
class Account:
    """A login, the service whose grant it is for, and what the prefix is claimed by."""

    service: str
    user: str
    password: str = field(repr=False)
    home: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def login(self) -> Login | None:
        """Give it as a connection takes it; None where no user is asked for."""
        return Login(self.user, self.password) if self.user else None

    @property
    def client_id(self) -> str:
        """Give how the broker tells our connections from others'."""
        return f"releve-{self.home[:12]}"


def directory(data_dir: Path) -> Path:
    """Give where all that is kept of destinations stands, made if need be."""
    place = data_dir / PLACE
    private_directory(place)
    return place


def keep(data_dir: Path, name: str, account: Account) -> None:
    """Keep an account, durably; raise OSError."""
    path = directory(data_dir) / f"{name}.json"
    write_private(path, orjson.dumps(asdict(account)))


def forget(data_dir: Path, name: str) -> None:
    """Forget an account, and all that it was told: nothing of it is granted any more.

    A service that runs has the book open still; it writes to what is nowhere by then.
    """
    for path in (data_dir / PLACE).glob(f"{name}.*"):
        path.unlink(missing_ok=True)


def load(data_dir: Path, name: str) -> Account:
    """Give an account; raise BrokerError where there is none that can be read."""
    path = data_dir / PLACE / f"{name}.json"
    try:
        return Account(**orjson.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        # not chained: what is in the file is a secret
        raise BrokerError(
            f"nothing is granted to {name}, or its login can't be read",
            hint=f"`releve cloud remove {name}`, then add it again",
        ) from None
