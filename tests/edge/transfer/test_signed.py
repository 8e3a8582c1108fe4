"""Who shows a certificate of another kind of key is not taken for one of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from edge.transfer.identity import signed_by

MADE = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_signature_by_another_kind_of_key_is_none():
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a stranger")])
    shown = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(MADE)
        .not_valid_after(MADE + timedelta(days=1))
        .sign(key, None)
    )
    der = shown.public_bytes(serialization.Encoding.DER)
    assert not signed_by(der, key.sign(b"said"), b"said")
