"""The certificates of this machine, kept on its disk and renewed before they end.

`authority.pem` (key and certificate) is read to renew the server's and for nothing
else; `server.pem` is the same for the server; `ca.crt` is what a household installs.
All 0600 in a directory of 0700: the last is shown by the page /ca.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from edge.errors import EdgeError, JournalError
from edge.journal.file import private_directory
from edge.lan.authority import (
    Issued,
    fingerprint,
    issue,
    make_authority,
    names_in,
    same_names,
    within,
)
from edge.lan.names import Names
from edge.lan.place import DIRECTORY, PUBLIC, SERVER
from edge.private_file import write_private

AUTHORITY = "authority.pem"
BEFORE = timedelta(days=90)
"""How long before its end a server's certificate is renewed."""
WRITABLE = "the service's user must be able to write there"
ANEW = "make another, and install it on your devices: `releve lan on --new-ca`"


class LanError(EdgeError):
    """Raised when the certificates can't be read, made or used; says what to do."""


class Certificates:
    """One machine's authority and its server's certificate."""

    def __init__(self, directory: Path, authority: Issued, server: Issued) -> None:
        self._directory, self._authority, self._server = directory, authority, server
        self._contexts: list[ssl.SSLContext] = []
        self.renewals = 0

    @classmethod
    def open(
        cls, data_dir: Path, names: Names, now: datetime, *, anew: bool = False
    ) -> Certificates:
        """Give them, made when there are none; raise LanError.

        `anew` makes another authority: all devices must then be told of it.
        """
        directory = data_dir / DIRECTORY
        try:
            private_directory(directory)
            authority = None if anew else _read(directory / AUTHORITY)
            if authority is None:
                authority = make_authority(names, now)
                _write(directory / AUTHORITY, authority)
            public = authority.certificate.public_bytes(serialization.Encoding.PEM)
            write_private(directory / PUBLIC, public)
            server = _server(directory / SERVER)
            if server is None or not _stands(server, authority, names, now):
                server = _issued(directory, authority, names, now)
        except OSError as error:
            raise LanError(
                f"{directory} can't be used: {error.strerror}", hint=WRITABLE
            ) from error
        except JournalError as error:  # it isn't even made
            raise LanError(error.message, hint=WRITABLE) from error
        return cls(directory, authority, server)

    def renew(self, names: Names, now: datetime) -> bool:
        """Have another server's certificate where it is time; tell whether it was.

        Raises LanError when the disk or the authority won't have it; what stood stands.
        Blocks on the disk; `show` follows.
        """
        if _stands(self._server, self._authority, names, now):
            return False
        try:
            self._server = _issued(self._directory, self._authority, names, now)
        except OSError as error:
            raise LanError(f"no certificate can be kept: {error.strerror}") from error
        self.renewals += 1
        return True

    def show(self) -> None:
        """Have every context show the certificate that was renewed to who comes next.

        Not while a connection begins: in the thread that takes them.
        """
        for context in self._contexts:
            context.load_cert_chain(self.server_file)

    def context(self) -> ssl.SSLContext:
        """Give what a server speaks TLS by: 1.2 or newer, and always the last one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(self.server_file)
        self._contexts.append(context)
        return context

    @property
    def server_file(self) -> Path:
        """Give the file of the server's key and certificate."""
        return self._directory / SERVER

    @property
    def public_file(self) -> Path:
        """Give the file of the authority's certificate."""
        return self._directory / PUBLIC

    @property
    def public_pem(self) -> bytes:
        """Give the certificate that a household installs, as PEM."""
        return self._authority.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """Give its SHA-256, as telephones show it."""
        return fingerprint(self._authority.certificate)

    @property
    def names(self) -> Names:
        """Give the names that the server's certificate is for."""
        return names_in(self._server.certificate)

    @property
    def ends_ms(self) -> int:
        """Give when the server's certificate ends."""
        return _ms(self._server.certificate.not_valid_after_utc)

    @property
    def authority_ends_ms(self) -> int:
        """Give when the authority's ends."""
        return _ms(self._authority.certificate.not_valid_after_utc)

    def uncovered(self, names: Names) -> tuple[str, ...]:
        """Give the names that this authority can't vouch for: it has others."""
        covered = within(self._authority.certificate, names)
        hosts = [one for one in names.hosts if one not in covered.hosts]
        missed = [str(a) for a in names.addresses if a not in covered.addresses]
        return (*hosts, *missed)


def present(data_dir: Path) -> Certificates | None:
    """Give what is kept, changing nothing; None when there is none, or no longer good.

    Raises LanError when it can't be read.
    """
    directory = data_dir / DIRECTORY
    try:
        authority, server = _read(directory / AUTHORITY), _read(directory / SERVER)
    except OSError as error:
        raise LanError(
            f"{directory} can't be read: {error.strerror}", hint="sudo releve …"
        ) from error
    if authority is None or server is None:
        return None
    return Certificates(directory, authority, server)


def moment(at_ms: int) -> datetime:
    """Give an instant as certificates have it."""
    return datetime.fromtimestamp(at_ms // 1000, UTC)


def _ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def _stands(server: Issued, authority: Issued, names: Names, now: datetime) -> bool:
    held = server.certificate
    wanted, has = within(authority.certificate, names), names_in(held)
    ends = held.not_valid_after_utc
    if ends < authority.certificate.not_valid_after_utc:  # else none would last longer
        ends -= BEFORE
    return (
        held.issuer == authority.certificate.subject
        and same_names(wanted.hosts, has.hosts)
        and same_names(wanted.addresses, has.addresses)
        and held.not_valid_before_utc <= now < ends
    )


def _issued(directory: Path, authority: Issued, names: Names, now: datetime) -> Issued:
    held = authority.certificate
    if not within(held, names).hosts:
        raise LanError(
            f"the certificate authority is not of {names.host}: this machine was called"
            " otherwise when it was made",
            hint=ANEW,
        )
    if not held.not_valid_before_utc <= now < held.not_valid_after_utc:
        raise LanError(
            "the certificate authority is good from"
            f" {held.not_valid_before_utc:%Y-%m-%d} to"
            f" {held.not_valid_after_utc:%Y-%m-%d}, and it is {now:%Y-%m-%d}",
            hint=f"if the clock is right, {ANEW}",
        )
    server = issue(authority, names, now)
    _write(directory / SERVER, server)
    return server


def _write(path: Path, issued: Issued) -> None:
    # in one file, so that a power cut leaves no key without its certificate
    key = issued.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(
        path, key + issued.certificate.public_bytes(serialization.Encoding.PEM)
    )


def _read(path: Path) -> Issued | None:
    """Read a key and its certificate; None when there are none; raise LanError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        key = serialization.load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
    except (ValueError, TypeError) as error:
        raise LanError(f"{path} is damaged", hint=ANEW) from error
    if not (
        isinstance(key, ec.EllipticCurvePrivateKey)
        and key.public_key() == certificate.public_key()
    ):
        raise LanError(f"{path} is damaged", hint=ANEW)
    return Issued(key, certificate)


def _server(path: Path) -> Issued | None:
    """Read the server's; a harmed one is no loss, since another is made."""
    try:
        return _read(path)
    except LanError:
        return None
