"""Who receives is known by the certificate that its TLS shows, or by nothing."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from edge.transfer.errors import TransferRefused
from edge.transfer.identity import Identity, fingerprint, signed_by


def test_it_signs_as_who_shows_the_certificate(receiver):
    identity = Identity.read(receiver.data)
    signature = identity.sign(b"said")
    assert signed_by(identity.certificate, signature, b"said")
    assert not signed_by(identity.certificate, signature, b"other")
    assert not signed_by(b"no certificate", signature, b"said")
    assert fingerprint(identity.certificate) == identity.fingerprint


def test_its_key_is_shown_nowhere(receiver):
    assert "PRIVATE" not in repr(Identity.read(receiver.data))


@pytest.mark.parametrize("text", [None, b"", b"-----BEGIN CERTIFICATE-----"])
def test_without_a_certificate_nobody_is_let_in(receiver, text):
    _, code = receiver.offer()
    file = receiver.certificates.server_file
    file.unlink() if text is None else file.write_bytes(text)
    with pytest.raises(TransferRefused, match="releve lan on"):
        receiver.receiving.let_in(code.id, "", "", "")


def test_a_key_of_another_kind_is_none_of_ours(receiver):
    file = receiver.certificates.server_file
    key = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate = file.read_bytes().partition(b"-----BEGIN CERTIFICATE")
    file.write_bytes(key + b"".join(certificate[1:]))
    with pytest.raises(TransferRefused, match="no certificate"):
        Identity.read(receiver.data)
