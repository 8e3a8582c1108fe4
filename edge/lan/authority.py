"""A certificate authority for one machine: it can vouch for that machine's names alone.

Pure: keys and certificates in, keys and certificates out. What a household installs on
its telephones is a key that could else speak for any site; the name constraints
(RFC 5280, 4.2.1.10), critical, hold it to this machine should it ever leak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge.lan.names import Names

AUTHORITY_LASTS = timedelta(days=3650)
LASTS = timedelta(days=365)
"""With the day before, within the 397 days beyond which browsers refuse."""
EARLIER = timedelta(days=1)
"""A Pi without a clock's battery may be a little ahead of its clients."""
DIRECTORY = "Relevé"
_SERVERS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
"""What the authority is good for as well: of letters and programs it says no name."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A private key and the certificate of its public half."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make_authority(names: Names, now: datetime) -> Issued:
    """Make an authority that can vouch for these names and no others."""
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    # two of one machine are told apart: the second replaces the first on a telephone
    name = _named(f"{DIRECTORY} {names.host} {serial & 0xFFFFFFFF:08x}"[:64])
    builder = (
        _begun(key, now, serial)
        .subject_name(name)
        .issuer_name(name)
        .not_valid_after(now + AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(_SERVERS, critical=False)
        .add_extension(_constraints(names), critical=True)
    )
    return Issued(key, builder.sign(key, hashes.SHA256()))


def issue(authority: Issued, names: Names, now: datetime) -> Issued:
    """Make a server's certificate for the names that its authority may vouch for."""
    key = ec.generate_private_key(ec.SECP256R1())
    covered = within(authority.certificate, names)
    ends = min(now + LASTS, authority.certificate.not_valid_after_utc)
    issuer = authority.certificate
    builder = (
        _begun(key, now, x509.random_serial_number())
        .subject_name(_named(names.host[:64]))
        .issuer_name(issuer.subject)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(_SERVERS, critical=False)
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    *(x509.DNSName(host) for host in covered.hosts),
                    *(x509.IPAddress(address) for address in covered.addresses),
                ]
            ),
            critical=False,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
    )
    return Issued(key, builder.sign(authority.key, hashes.SHA256()))


def within(authority: x509.Certificate, names: Names) -> Names:
    """Give those of the names that an authority may vouch for."""
    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = allowed.permitted_subtrees or []
    hosts = {one.value for one in permitted if isinstance(one, x509.DNSName)}
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
    return Names(
        tuple(host for host in names.hosts if host in hosts),
        tuple(
            address
            for address in names.addresses
            if any(isinstance(n, IPv4Network) and address in n for n in networks)
        ),
    )


def names_in(certificate: x509.Certificate) -> Names:
    """Give the names that a server's certificate is for."""
    said = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return Names(
        tuple(said.value.get_values_for_type(x509.DNSName)),
        tuple(
            one
            for one in said.value.get_values_for_type(x509.IPAddress)
            if isinstance(one, IPv4Address)
        ),
    )


def fingerprint(certificate: x509.Certificate) -> str:
    """Give its SHA-256 as telephones show it: 64 hexadecimal digits, by pairs."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _constraints(names: Names) -> x509.NameConstraints:
    permitted: list[x509.GeneralName] = [x509.DNSName(host) for host in names.hosts]
    permitted += [
        x509.IPAddress(IPv4Network((address, 32))) for address in names.addresses
    ]
    # of a kind of name that no subtree speaks of, every name would be let through
    excluded: list[x509.GeneralName] = [x509.IPAddress(ip_network("::/0"))]
    if not names.addresses:
        excluded.append(x509.IPAddress(ip_network("0.0.0.0/0")))
    return x509.NameConstraints(permitted, excluded)


def _begun(
    key: ec.EllipticCurvePrivateKey, now: datetime, serial: int
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(now - EARLIER)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public), critical=False
        )
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def same_names(one: Iterable[object], other: Iterable[object]) -> bool:
    """Tell whether two lists hold the same, in whatever order."""
    return set(one) == set(other)
