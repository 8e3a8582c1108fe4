"""How both homes prove themselves: over what is asked, and the certificate between.

Whoever stands in between shows another certificate than the receiver's own: what the
sender signed over it is worth nothing there, and it has no answer for the sender
(tls-server-end-point, RFC 5929).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its path and query, its body's SHA-256, the certificate's."""

    target: str
    digest: str
    fingerprint: str

    @property
    def _said(self) -> bytes:
        words = ("releve transfer 1 asked", self.target, self.digest, self.fingerprint)
        return "\n".join(words).encode()

    def signed(self, key: Ed25519PrivateKey) -> str:
        """Give the signature of who holds the code."""
        return base64.urlsafe_b64encode(key.sign(self._said)).decode()

    def right(self, signature: str, public: bytes) -> bool:
        """Tell whether it was signed by the code whose public half this is."""
        try:
            known = Ed25519PublicKey.from_public_bytes(public)
            known.verify(base64.urlsafe_b64decode(signature), self._said)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def answer(public: bytes, nonce: str, fingerprint: str) -> str:
    """Give what a receiver alone can say: who keeps the half, behind a certificate."""
    key = hashlib.sha256(b"releve transfer 1 receiver " + public).digest()
    said = f"releve transfer 1 answer\n{nonce}\n{fingerprint}".encode()
    return hmac.new(key, said, "sha256").hexdigest()


def answers(given: str, public: bytes, nonce: str, fingerprint: str) -> bool:
    """Tell whether it is what the receiver would say."""
    right = answer(public, nonce, fingerprint)
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode())


def digest_of(data: bytes) -> str:
    """Give the SHA-256 of bytes, as it is signed."""
    return hashlib.sha256(data).hexdigest()
