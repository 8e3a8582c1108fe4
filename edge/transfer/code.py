"""The code of one transfer: told by who receives, typed by who sends, sent by nobody.

Of its 120 bits an Ed25519 key is derived. Who receives keeps the public half alone,
which opens nothing: to sign by it takes the code.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.consent.pairing import ALPHABET, MEANT
from edge.transfer.errors import TransferRefused

LETTERS, GROUP = 24, 4


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """One code; its key signs what is asked under it."""

    letters: str

    @classmethod
    def make(cls) -> Code:
        """Make another."""
        return cls("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)))

    @classmethod
    def read(cls, text: str) -> Code:
        """Read what was typed, in whatever groups; raise TransferRefused."""
        letters = "".join(text.split()).upper().translate(MEANT)
        if len(letters) != LETTERS or not set(letters) <= set(ALPHABET):
            raise TransferRefused(
                "no-code",
                f"a code has {LETTERS} letters and digits",
                hint="`releve transfer receive` shows one, on the other Relevé",
            )
        return cls(letters)

    def __str__(self) -> str:
        groups = range(0, LETTERS, GROUP)
        return "-".join(self.letters[at : at + GROUP] for at in groups)

    @property
    def key(self) -> Ed25519PrivateKey:
        """Give the key that who sends signs by."""
        seed = hashlib.sha256(b"releve transfer 1 code " + self.letters.encode())
        return Ed25519PrivateKey.from_private_bytes(seed.digest())

    @property
    def public(self) -> bytes:
        """Give what who receives keeps of it."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def id(self) -> str:
        """Give what the transfer is called by both: it says nothing of the code."""
        return id_of(self.public)


def id_of(public: bytes) -> str:
    """Give the id of the transfer whose code has this public half."""
    return hashlib.sha256(b"releve transfer 1 id " + public).hexdigest()[:16]
