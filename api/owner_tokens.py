"""The owner's tokens: one for the shell, and others by name, each with an end.

They are files of the data directory, changed by commands and looked at by the service
with each request: what was ended in a shell opens nothing from then on.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from api.errors import TokenError
from api.tokens import TOKEN_BYTES, load_or_create, same
from edge.calendar import HOUR_MS
from edge.consent.terms import text
from edge.private_file import write_private

log = logging.getLogger(__name__)

SHELL_FILE, NAMED_FILE = "owner.token", "owner.tokens"
NAME_MOST, MOST = 60, 50
DAYS_MOST = 3660


@dataclass(frozen=True, slots=True)
class Named:
    """A token that was made for something; of the token itself, SHA-256 alone."""

    id: str
    name: str
    hash: str
    made_ms: int
    expires_ms: int

    def good(self, now_ms: int) -> bool:
        """Tell whether it has not expired."""
        return now_ms < self.expires_ms


def rotate(directory: Path) -> str:
    """Put a new token in place of the shell's; give it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write_private(directory / SHELL_FILE, token.encode() + b"\n")
    return token


def add(directory: Path, name: str, days: int, now_ms: int) -> tuple[Named, str]:
    """Make a token for something, good for so many days; raise TokenError."""
    try:
        shown = text(name, NAME_MOST)
    except ValueError as error:
        raise TokenError(str(error)) from error
    if not 1 <= days <= DAYS_MOST:
        raise TokenError(f"a token is good for 1 to {DAYS_MOST} days")
    known = [one for one in listed(directory) if one.good(now_ms)]
    if len(known) >= MOST:
        raise TokenError("there are too many tokens", hint="end some: --end ID")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_ms = now_ms + days * 24 * HOUR_MS
    made = Named(secrets.token_hex(4), shown, _hash(token), now_ms, expires_ms)
    _write(directory, [*known, made])
    return made, token


def end(directory: Path, token_id: str) -> Named:
    """End a token by its id; give which it was; raise TokenError."""
    known = listed(directory)
    found = next((one for one in known if one.id == token_id), None)
    if found is None:
        raise TokenError("no token has this id", hint="`releve owner-token --list`")
    _write(directory, [one for one in known if one is not found])
    return found


def listed(directory: Path) -> list[Named]:
    """Give the tokens that were made by name; raise TokenError on a damaged file."""
    path = directory / NAMED_FILE
    try:
        return [Named(**one) for one in orjson.loads(path.read_bytes())]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise TokenError(
            f"{path} can't be read", hint="remove it; the tokens in it end"
        ) from error


def _write(directory: Path, tokens: list[Named]) -> None:
    content = orjson.dumps([asdict(one) for one in tokens])
    write_private(directory / NAMED_FILE, content)


@dataclass(slots=True)
class OwnerTokens:
    """What the files say at this moment; a file that can't be read opens nothing."""

    directory: Path
    _seen: tuple[object, ...] = ()
    _shell: str | None = None
    _named: dict[str, Named] = field(default_factory=dict)

    def right(self, token: str, now_ms: int) -> bool:
        """Tell whether this is a token of the owner's."""
        self._look()
        if self._shell is not None and same(token, self._shell):
            return True
        found = self._named.get(_hash(token))
        return found is not None and found.good(now_ms)

    def _look(self) -> None:
        """Read the files again when they are others than were read: two stats else."""
        shell, named = self.directory / SHELL_FILE, self.directory / NAMED_FILE
        seen = (_state(shell), _state(named))
        if seen == self._seen:
            return
        self._seen, self._shell, self._named = seen, None, {}
        try:
            self._shell = load_or_create(shell) if seen[0] else None
            self._named = {one.hash: one for one in listed(self.directory)}
        except TokenError as error:
            log.warning("the owner's tokens: %s", error)


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
