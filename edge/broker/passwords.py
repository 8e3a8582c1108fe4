"""The passwords of a broker of ours: made once, a file each, 0600."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from edge.errors import BrokerError
from edge.private_file import write_private

PASSWORD_BYTES = 32
SHAPE = re.compile(rb"[A-Za-z0-9_-]{43}\n?")
SALT_BYTES = 12
HASH_BYTES = 64
ITERATIONS = 101
"""Mosquitto's own; 256 random bits need no more."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password as Mosquitto's plugin keeps it: PBKDF2 with HMAC-SHA-512."""

    salt: bytes
    digest: bytes
    iterations: int = ITERATIONS

    @classmethod
    def of(cls, password: str) -> Hashed:
        """Hash a password with a salt of its own."""
        salt = secrets.token_bytes(SALT_BYTES)
        return cls(salt, _digest(password, salt, ITERATIONS))

    @classmethod
    def from_client(cls, client: dict[str, object]) -> Hashed | None:
        """Read a client's of dynamic-security.json; None when it has none."""
        salt, digest = client.get("salt"), client.get("password")
        iterations = client.get("iterations")
        if not (isinstance(salt, str) and isinstance(digest, str)):
            return None
        if not isinstance(iterations, int) or not 1 <= iterations <= 1_000_000:
            return None
        try:
            return cls(
                base64.b64decode(salt, validate=True),
                base64.b64decode(digest, validate=True),
                iterations,
            )
        except ValueError:
            return None

    def to_client(self) -> dict[str, object]:
        """Give the three fields of a client in dynamic-security.json."""
        return {
            "password": base64.b64encode(self.digest).decode(),
            "salt": base64.b64encode(self.salt).decode(),
            "iterations": self.iterations,
        }

    def is_of(self, password: str) -> bool:
        """Tell whether this is that password's."""
        if (len(self.salt), len(self.digest)) != (SALT_BYTES, HASH_BYTES):
            return False
        return hmac.compare_digest(
            self.digest, _digest(password, self.salt, self.iterations)
        )


def _digest(password: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac(
        "sha512", password.encode(), salt, iterations, HASH_BYTES
    )


def load_or_create(path: Path) -> str:
    """Give the password kept in a file, making it when there is none that is whole.

    Raises BrokerError when the file can't be read or made.
    """
    try:
        return _load(path) or _create(path)
    except OSError as error:
        raise BrokerError(
            f"the broker's password {path.name} can't be kept in {path.parent}: "
            f"{error.strerror}",
            hint="run as the service's user: sudo -u releve …",
        ) from error


def _load(path: Path) -> str | None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        return None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise BrokerError(f"{path} is not a file", hint="remove it")
        if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            # others may have read it: it is worth nothing any more
            return None
        content = os.read(handle, 256)
    finally:
        os.close(handle)
    return content.strip().decode("ascii") if SHAPE.fullmatch(content) else None


def _create(path: Path) -> str:
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    write_private(path, password.encode() + b"\n")
    return password
