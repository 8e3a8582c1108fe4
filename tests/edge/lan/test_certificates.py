"""One machine's certificates: constrained, private, renewed before they end."""

from __future__ import annotations

import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from edge.lan.authority import Issued, fingerprint, issue, make_authority, within
from edge.lan.certificates import Certificates, LanError, present
from edge.lan.names import Names, addresses, names_of, own_name

SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NAMES = Names(("pi.local",), (IPv4Address("192.168.1.20"),))
PEM = serialization.Encoding.PEM


def verify(
    tmp_path,
    authority,
    certificate,
    *,
    host=None,
    address=None,
    at=NOW,
    purpose="sslserver",
):
    """Have OpenSSL judge a chain, as a client that trusts the authority alone."""
    (tmp_path / "ca.pem").write_bytes(authority.public_bytes(PEM))
    (tmp_path / "leaf.pem").write_bytes(certificate.public_bytes(PEM))
    named = ["-verify_hostname", host] if host else []
    named += ["-verify_ip", str(address)] if address else []
    words = ["openssl", "verify", "-x509_strict", "-purpose", purpose]
    words += ["-attime", str(int(at.timestamp())), *named]
    words += ["-CAfile", str(tmp_path / "ca.pem"), str(tmp_path / "leaf.pem")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def forged(authority, *, hosts=(), ips=(), mails=(), usage=SERVER_AUTH):
    """Give what whoever stole the authority's key could sign."""
    honest = issue(authority, NAMES, NOW).certificate
    said = x509.SubjectAlternativeName(
        [
            *map(x509.DNSName, hosts),
            *map(x509.IPAddress, ips),
            *map(x509.RFC822Name, mails),
        ]
    )
    own = (
        x509.SubjectAlternativeName,
        x509.SubjectKeyIdentifier,
        x509.ExtendedKeyUsage,
    )
    builder = x509.CertificateBuilder(
        honest.issuer,
        x509.Name([]),
        authority.key.public_key(),
        honest.serial_number,
        honest.not_valid_before_utc,
        honest.not_valid_after_utc,
    )
    for one in honest.extensions:
        if not isinstance(one.value, own):
            builder = builder.add_extension(one.value, critical=one.critical)
    key = authority.key.public_key()
    builder = (
        builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key), critical=False
        )
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(said, critical=True)
    )
    algorithm = honest.signature_hash_algorithm
    return builder.sign(authority.key, algorithm)


@pytest.fixture(scope="module")
def authority() -> Issued:
    return make_authority(NAMES, NOW)


def test_its_own_names_and_addresses_are_vouched_for(tmp_path, authority):
    leaf = issue(authority, NAMES, NOW).certificate
    for named in ({"host": "pi.local"}, {"address": "192.168.1.20"}):
        assert "leaf.pem: OK" in verify(
            tmp_path, authority.certificate, leaf, **named
        ), named


@pytest.mark.parametrize(
    ("hosts", "ips"),
    [
        (("example.org",), ()),
        (("nas.local",), ()),
        (("local",), ()),
        (("pi.local", "bank.example"), ()),
        ((), (IPv4Address("192.168.1.1"),)),
        ((), (IPv6Address("2001:db8::1"),)),
    ],
)
def test_no_other_name_is_even_with_the_authoritys_own_key(
    tmp_path, authority, hosts, ips
):
    leaf = forged(authority, hosts=hosts, ips=ips)
    said = verify(tmp_path, authority.certificate, leaf)
    assert "permitted subtree violation" in said or "excluded subtree" in said


@pytest.mark.parametrize(
    ("purpose", "usage"),
    [
        ("smimesign", ExtendedKeyUsageOID.EMAIL_PROTECTION),
        ("sslclient", ExtendedKeyUsageOID.CLIENT_AUTH),
        ("any", ExtendedKeyUsageOID.CODE_SIGNING),
    ],
)
def test_it_vouches_for_a_server_and_for_no_letter_person_or_program(
    tmp_path, authority, purpose, usage
):
    leaf = forged(authority, mails=("a@pi.local",), usage=usage)
    said = verify(tmp_path, authority.certificate, leaf, purpose=purpose)
    assert purpose == "any" or "OK" not in said
    extensions = authority.certificate.extensions
    held = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(held) == [SERVER_AUTH]  # which Windows and NSS hold programs to


def test_what_forges_here_would_pass_were_the_name_its_own(tmp_path, authority):
    leaf = forged(authority, hosts=("pi.local",))
    assert "OK" in verify(tmp_path, authority.certificate, leaf)


def test_without_an_address_it_vouches_for_none(tmp_path):
    authority = make_authority(Names(("pi.local",)), NOW)
    leaf = forged(authority, ips=(IPv4Address("192.168.1.20"),))
    assert "excluded subtree" in verify(tmp_path, authority.certificate, leaf)


def test_the_constraints_are_critical_and_it_signs_no_other_authority(authority):
    extensions = authority.certificate.extensions
    assert extensions.get_extension_for_class(x509.NameConstraints).critical
    basic = extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.critical
    assert basic.value.path_length == 0


def test_a_server_s_certificate_lasts_no_longer_than_browsers_take(authority):
    leaf = issue(authority, NAMES, NOW).certificate
    lasts = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    assert timedelta(days=300) < lasts <= timedelta(days=397)
    of_all = authority.certificate.not_valid_after_utc - NOW
    assert of_all == timedelta(days=3650)


def test_keys_are_p256(authority):
    assert authority.key.curve.name == "secp256r1"


def test_all_files_are_private_under_any_umask(tmp_path):
    Certificates.open(tmp_path, NAMES, NOW)
    folder = tmp_path / "lan"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert b"PRIVATE" not in (folder / "ca.crt").read_bytes()


def test_a_second_start_finds_what_the_first_made(tmp_path):
    first = Certificates.open(tmp_path, NAMES, NOW)
    server = first.server_file.read_bytes()
    second = Certificates.open(tmp_path, NAMES, NOW + timedelta(days=1))
    assert second.fingerprint == first.fingerprint
    assert second.server_file.read_bytes() == server


def test_the_server_s_is_renewed_before_it_ends_and_the_authority_stays(tmp_path):
    held = Certificates.open(tmp_path, NAMES, NOW)
    first = held.ends_ms
    assert not held.renew(NAMES, NOW + timedelta(days=200))
    assert held.renew(NAMES, NOW + timedelta(days=276))
    assert held.renewals == 1
    assert held.ends_ms - first == 276 * 86_400_000
    assert Certificates.open(tmp_path, NAMES, NOW).fingerprint == held.fingerprint


def test_ten_years_of_renewals_never_leave_it_without(tmp_path):
    held = Certificates.open(tmp_path, NAMES, NOW)
    for day in range(0, 3649, 7):
        now = NOW + timedelta(days=day)
        held.renew(NAMES, now)
        assert held.ends_ms > now.timestamp() * 1000
    with pytest.raises(LanError, match="--new-ca"):
        held.renew(NAMES, NOW + timedelta(days=3651))


def test_a_place_that_can_not_be_made_is_told_as_the_networks_trouble(tmp_path):
    (tmp_path / "lan").write_text("a file")
    with pytest.raises(LanError, match="can't be used"):
        Certificates.open(tmp_path, NAMES, NOW)


def test_a_clock_that_was_ahead_is_put_right_by_another(tmp_path):
    held = Certificates.open(tmp_path, NAMES, NOW)
    assert held.renew(NAMES, NOW + timedelta(days=2000))
    assert held.renew(NAMES, NOW)
    assert held.ends_ms < (NOW + timedelta(days=397)).timestamp() * 1000


def test_an_address_that_it_may_not_vouch_for_is_left_out_and_told(tmp_path):
    held = Certificates.open(tmp_path, NAMES, NOW)
    moved = Names(("pi.local",), (IPv4Address("192.168.1.77"),))
    assert held.uncovered(moved) == ("192.168.1.77",)
    assert held.renew(moved, NOW)
    assert held.names == Names(("pi.local",), ())
    assert held.renew(NAMES, NOW)
    assert held.names == NAMES


def test_another_name_of_the_machine_wants_another_authority(tmp_path):
    Certificates.open(tmp_path, NAMES, NOW)
    other = Names(("attic.local",))
    with pytest.raises(LanError, match=r"attic\.local.*\n?.*--new-ca"):
        Certificates.open(tmp_path, other, NOW)
    held = Certificates.open(tmp_path, other, NOW, anew=True)
    assert held.names.host == "attic.local"


def test_a_harmed_server_file_is_made_anew_and_a_harmed_authority_is_said(tmp_path):
    held = Certificates.open(tmp_path, NAMES, NOW)
    held.server_file.write_bytes(b"no certificate")
    again = Certificates.open(tmp_path, NAMES, NOW)
    assert again.fingerprint == held.fingerprint
    (tmp_path / "lan" / "authority.pem").write_bytes(b"no certificate")
    with pytest.raises(LanError, match=r"authority\.pem is damaged"):
        Certificates.open(tmp_path, NAMES, NOW)


def test_a_key_of_another_certificate_is_noticed(tmp_path):
    Certificates.open(tmp_path / "one", NAMES, NOW)
    Certificates.open(tmp_path / "other", NAMES, NOW)
    one = (tmp_path / "one/lan/authority.pem").read_bytes()
    other = (tmp_path / "other/lan/authority.pem").read_bytes()
    at = b"-----BEGIN CERTIFICATE"
    mixed = one.partition(at)[0] + at + other.partition(at)[2]
    (tmp_path / "one/lan/authority.pem").write_bytes(mixed)
    with pytest.raises(LanError, match="damaged"):
        Certificates.open(tmp_path / "one", NAMES, NOW)


def test_looking_makes_nothing(tmp_path):
    assert present(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    made = Certificates.open(tmp_path, NAMES, NOW)
    assert present(tmp_path).fingerprint == made.fingerprint


def test_a_directory_that_can_not_be_used_is_said(tmp_path):
    (tmp_path / "lan").mkdir()
    (tmp_path / "lan" / "authority.pem").mkdir()
    with pytest.raises(LanError, match="can't be used"):
        Certificates.open(tmp_path, NAMES, NOW)


def test_tls_is_1_2_or_newer_with_http_1_1_said(tmp_path):
    context = Certificates.open(tmp_path, NAMES, NOW).context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_RENEGOTIATION


def test_the_fingerprint_is_that_of_openssl(tmp_path):
    held = Certificates.open(tmp_path, NAMES, NOW)
    words = ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in"]
    said = subprocess.run(
        [*words, str(held.public_file)], capture_output=True, text=True, check=True
    ).stdout
    assert said.strip().endswith(held.fingerprint)
    pem = x509.load_pem_x509_certificate(held.public_pem)
    assert fingerprint(pem) == held.fingerprint


def test_a_certificate_says_nothing_but_the_machine_s_names(tmp_path):
    held = Certificates.open(tmp_path, NAMES, NOW)
    text = subprocess.run(
        ["openssl", "x509", "-noout", "-text", "-in", str(held.public_file)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Subject: CN = Relev" in text
    assert within(x509.load_pem_x509_certificate(held.public_pem), NAMES) == NAMES


def test_this_machine_has_a_name_and_addresses_that_are_not_its_own_loop():
    assert own_name()
    assert not any(one.is_loopback for one in addresses())


def test_further_names_are_those_that_dns_could_say():
    names = names_of("pi", ("Home.Example.", "10.0.0.1", "a_b.c", "pi.local"))
    assert names.hosts == ("pi.local", "home.example")
