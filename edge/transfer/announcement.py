"""What a sender says of a pack before it sends any of it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from edge.portability import extract, writing
from edge.transfer.errors import TransferRefused
from exports.document import MOST_BYTES

HOME, EXTRACT = writing.HOME_PROFILE, extract.PROFILE
PROFILES = (HOME, EXTRACT)
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Announcement:
    """A pack's profile, its size in bytes and their SHA-256."""

    profile: str
    size: int
    sha256: str

    @classmethod
    def parse(cls, document: Any) -> Announcement:
        """Read one; raise TransferRefused ("unclear") on what is none."""
        wrong = TransferRefused("unclear", "an announcement has profile, size, sha256")
        if not isinstance(document, dict) or set(document) != set(cls.__slots__):
            raise wrong
        profile, size, sha256 = (document[name] for name in cls.__slots__)
        if not isinstance(profile, str) or profile not in PROFILES:
            raise wrong
        if type(size) is not int or not 0 < size < 1 << 53:
            raise wrong
        if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
            raise wrong
        return cls(profile, size, sha256)

    def plain(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return asdict(self)

    def most(self, offered: int) -> int:
        """Give the bytes that a pack of this profile may have where so many may come.

        An extract is read as any file from outside, which has a bound of its own.
        """
        return min(offered, MOST_BYTES) if self.profile == EXTRACT else offered
