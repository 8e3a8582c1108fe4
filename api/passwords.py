"""The owner's password: argon2id, 19 MiB, one at a time; kept 0600, never in clear."""

from __future__ import annotations

import asyncio
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from api.errors import PasswordRefused
from edge.private_file import write_private

LEAST, MOST = 10, 200
"""How many characters a password has; no rule of which (NIST SP 800-63B, 3.1.1)."""
MEMORY_KIB, PASSES = 19 * 1024, 2
"""OWASP's least for argon2id: a Pi Zero 2 W has the memory once, not ten times."""
FILE = "owner.password"
FILE_BYTES = 512


@dataclass(slots=True)
class Passwords:
    """The one password of a home, in a file of its data directory."""

    path: Path
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def set(self, password: str) -> None:
        """Keep a new password; raise PasswordRefused on one that is too short."""
        written = usable(password)
        async with self._one:
            await asyncio.to_thread(self._write, written)

    async def right(self, password: str) -> bool:
        """Tell whether this is it; as slow when there is none as when there is."""
        async with self._one:
            return await asyncio.to_thread(self._same, _normal(password))

    def _write(self, password: str) -> None:
        from argon2 import PasswordHasher  # noqa: PLC0415 - only when someone signs in

        hashed = PasswordHasher(PASSES, MEMORY_KIB, 1).hash(password)
        write_private(self.path, hashed.encode() + b"\n")

    def _same(self, password: str) -> bool:
        from argon2 import PasswordHasher  # noqa: PLC0415 - only when someone signs in
        from argon2.exceptions import (  # noqa: PLC0415 - same
            InvalidHashError,
            VerificationError,
        )

        hasher = PasswordHasher(PASSES, MEMORY_KIB, 1)
        try:
            kept = self.path.read_bytes()[:FILE_BYTES].strip().decode("ascii")
            return hasher.verify(kept, password)
        except (FileNotFoundError, InvalidHashError, UnicodeDecodeError):
            hasher.hash(password)
            return False
        except VerificationError:
            return False


def usable(password: str) -> str:
    """Give a password as it is hashed; raise PasswordRefused."""
    written = _normal(password)
    if not LEAST <= len(written) <= MOST:
        raise PasswordRefused(f"a password has {LEAST} to {MOST} characters")
    return written


def _normal(password: str) -> str:
    """Write it one way: keyboards compose é in two."""
    return unicodedata.normalize("NFC", password)[: MOST + 1]
