"""Who a receiving home is: the certificate that it shows, and the key behind it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edge.lan.place import server_file
from edge.transfer.errors import TransferRefused

SIGNS = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """A certificate as TLS shows it, and its key."""

    certificate: bytes
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def read(cls, data_dir: Path) -> Identity:
        """Read what is shown now: it is renewed at times; raise TransferRefused."""
        try:
            content = server_file(data_dir).read_bytes()
            key = serialization.load_pem_private_key(content, None)
            shown = x509.load_pem_x509_certificate(content)
        except (OSError, ValueError, TypeError) as error:
            raise _none() from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise _none()
        return cls(shown.public_bytes(serialization.Encoding.DER), key)

    @property
    def fingerprint(self) -> str:
        """Give the certificate's SHA-256."""
        return fingerprint(self.certificate)

    def sign(self, said: bytes) -> bytes:
        """Sign as who shows the certificate."""
        return self.key.sign(said, SIGNS)


def fingerprint(certificate: bytes) -> str:
    """Give the SHA-256 of a certificate in DER."""
    return hashlib.sha256(certificate).hexdigest()


def signed_by(certificate: bytes, signature: bytes, said: bytes) -> bool:
    """Tell whether who shows a certificate signed."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(signature, said, SIGNS)
    except (InvalidSignature, ValueError):
        return False
    return True


def _none() -> TransferRefused:
    return TransferRefused(
        "no-certificate",
        "this machine has no certificate to be known by",
        hint="`releve lan on` makes one, and lets the network in",
    )
