"""Who we are to a household's Cozy: a file each, 0600, and one while it is asked.

`home` is bits of chance that the ids of our documents begin with: two homes of one
household may send to one Cozy, and none writes over the other's.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from edge.journal.file import private_directory
from edge.outputs.cozy.errors import CozyError
from edge.private_file import write_private

PLACE = "cozy"
LEAVE, ERASE = "leave", "erase"
LEFT, ERASED, REVOKED = "left", "erased", "revoked"
"""What the owner says is to become of what a Cozy holds, and how it ended."""
ASKED_MS = 10 * 60_000
"""How long a consent that was begun may take over there."""


@dataclass(frozen=True, slots=True)
class Account:
    """A Cozy, what we are registered as there, and the service whose grant it is."""

    name: str
    url: str
    client: str
    redirect: str
    secret: str = field(repr=False)
    registration: str = field(repr=False)
    scope: str = ""
    ca_file: str = ""
    shape: str = "releve"
    home: str = field(default_factory=lambda: secrets.token_hex(4))
    service: str = ""
    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)

    def renewed(self, access: str, refresh: str = "") -> Account:
        """Give it with another token."""
        return replace(self, access=access, refresh=refresh or self.refresh)


@dataclass(frozen=True, slots=True)
class Asked:
    """A consent that was begun and is not answered: good once, for ten minutes."""

    account: Account
    begun_ms: int
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    def good(self, now_ms: int) -> bool:
        """Tell whether it may still be answered; a clock may have been set back."""
        return 0 <= now_ms - self.begun_ms < ASKED_MS


def directory(data_dir: Path) -> Path:
    """Give where all that is kept of Cozys stands, made if need be."""
    place = data_dir / PLACE
    private_directory(place)
    return place


def keep(data_dir: Path, account: Account) -> None:
    """Keep an account, durably; raise OSError."""
    _write(directory(data_dir) / f"{account.name}.json", asdict(account))


def load(data_dir: Path, name: str) -> Account:
    """Give an account; raise CozyError where there is none that can be read."""
    found = _read(data_dir / PLACE / f"{name}.json")
    try:
        return Account(**found)
    except TypeError:
        # not chained: what is in the file is a secret
        raise CozyError(
            f"no Cozy is connected as {name}", hint="`releve cozy connect` does it"
        ) from None


def granted(account: Account, service: str) -> Account:
    """Give it with the service whose grant it is."""
    return replace(account, service=service)


def names(data_dir: Path) -> list[str]:
    """Give what the Cozys are called that are connected."""
    return sorted(path.stem for path in (data_dir / PLACE).glob("*.json"))


def forget(data_dir: Path, name: str) -> None:
    """Forget an account, and the book of what is there."""
    for path in (data_dir / PLACE).glob(f"{name}.*"):
        path.unlink(missing_ok=True)


def end(data_dir: Path, name: str, how: str) -> None:
    """Note that the owner lets a Cozy go, LEAVE or ERASE; the service does it."""
    write_private(directory(data_dir) / f"{name}.end", how.encode())


def ending(data_dir: Path, name: str) -> str:
    """Give what the owner said, or how that ended; nothing of one that stays."""
    try:
        return (data_dir / PLACE / f"{name}.end").read_text()
    except OSError:
        return ""


def ask(data_dir: Path, asked: Asked) -> None:
    """Keep a consent that begins; raise OSError."""
    path = directory(data_dir) / f"{asked.account.name}.asked"
    _write(path, asdict(asked))


def asked_of(data_dir: Path, state: str, now_ms: int) -> Asked | None:
    """Give the consent that a state is of; None for none that may be answered."""
    for path in sorted((data_dir / PLACE).glob("*.asked")):
        asked = asked_in(path)
        if asked is None:
            continue
        if secrets.compare_digest(asked.state.encode(), state.encode()):
            return asked if asked.good(now_ms) else None
    return None


def asked_in(path: Path) -> Asked | None:
    """Give the consent that a file keeps; None where it can't be read."""
    found = dict(_read(path))
    try:
        return Asked(Account(**found.pop("account")), **found)
    except (KeyError, TypeError):
        return None


def answered(data_dir: Path, asked: Asked) -> None:
    """Have a consent that was begun be good no more."""
    (data_dir / PLACE / f"{asked.account.name}.asked").unlink(missing_ok=True)


def _write(path: Path, document: Mapping[str, Any]) -> None:
    write_private(path, orjson.dumps(document))


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
