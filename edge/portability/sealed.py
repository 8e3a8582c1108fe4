"""A file that only a passphrase opens: in chunks, each authenticated, and their end.

A header (magic, scrypt's cost, salt, nonce), then chunks of 64 KiB under
ChaCha20-Poly1305, which is fast where a processor has no AES. Each chunk's nonce holds
its number and whether it is the last: none can be left out, moved or put behind (the
STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from edge.portability.refusal import PackRefused
from edge.portability.sink import Sink

MAGIC = b"RELEVE-SEALED-1\n"
HEADER = struct.Struct("<16sB16s7s")
LOG_N, R, P = 15, 8, 1
"""32 MB and half a second on a Pi Zero 2 W: what each guess costs, too."""
DEAREST_LOG_N = 17
"""128 MB: what a file may ask of whoever opens it."""
CHUNK = 64 << 10
TAG = 16
MOST_CHUNKS = 1 << 32
LEAST_LETTERS = 12


def fit(passphrase: str) -> None:
    """Raise PackRefused on a passphrase that is guessed sooner than it is typed."""
    if len(passphrase) < LEAST_LETTERS or len(set(passphrase)) < 5:
        raise PackRefused(
            f"a passphrase has {LEAST_LETTERS} characters at least",
            hint="four words that have nothing to do with each other are easy to keep",
        )


def _key(passphrase: str, salt: bytes, log_n: int) -> bytes:
    kdf = Scrypt(salt=salt, length=32, n=1 << log_n, r=R, p=P)
    return kdf.derive(passphrase.encode())


class Sealing:
    """Seals what is written to it into another stream; `close` ends it, or it is none.

    Not to be used as a context manager: what breaks off must not look whole.
    """

    def __init__(self, to: Sink, passphrase: str) -> None:
        salt, self._nonce = os.urandom(16), os.urandom(7)
        self._header = HEADER.pack(MAGIC, LOG_N, salt, self._nonce)
        self._box = ChaCha20Poly1305(_key(passphrase, salt, LOG_N))
        self._to, self._waiting, self._count = to, bytearray(), 0
        to.write(self._header)

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        self._waiting += data
        while len(self._waiting) > CHUNK:  # the last one is known by `close` alone
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """Do nothing: a chunk goes when it is full."""

    def close(self) -> None:
        """Seal what is left, as the last."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, data: bytes, *, last: bool) -> None:
        nonce = _numbered(self._nonce, self._count, last=last)
        self._to.write(self._box.encrypt(nonce, data, self._header))
        self._count += 1


def _numbered(nonce: bytes, number: int, *, last: bool) -> bytes:
    if number >= MOST_CHUNKS:
        raise PackRefused(
            "the pack is too large", hint="part it, by years for instance"
        )
    return nonce + number.to_bytes(4, "big") + bytes((last,))


def is_sealed(head: bytes) -> bool:
    """Tell by its first bytes whether a file is sealed."""
    return head.startswith(MAGIC)


def opened(file: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """Give what was sealed, chunk by chunk; raise PackRefused.

    Nothing of it is to be believed before the last chunk was given.
    """
    header = file.read(HEADER.size)
    if len(header) < HEADER.size or not is_sealed(header):
        raise PackRefused("this is no sealed pack of Relevé")
    _, log_n, salt, nonce = HEADER.unpack(header)
    if not 0 < log_n <= DEAREST_LOG_N:
        raise PackRefused("this pack asks for more memory than any of ours does")
    box = ChaCha20Poly1305(_key(passphrase, salt, log_n))
    number, data = 0, file.read(CHUNK + TAG)
    while True:
        ahead = file.read(CHUNK + TAG) if len(data) == CHUNK + TAG else b""
        sealed_as = _numbered(nonce, number, last=not ahead)
        try:
            yield box.decrypt(sealed_as, data, header)
        except InvalidTag as error:
            raise _wrong(number) from error
        if not ahead:
            return
        number, data = number + 1, ahead


@contextmanager
def unsealed(path: Path, passphrase: str, beside: Path) -> Iterator[IO[bytes]]:
    """Lend what a sealed file holds, once all of it was authenticated.

    It is written to a file without a name in `beside`, which no crash leaves behind.
    """
    with path.open("rb") as file, tempfile.TemporaryFile(dir=beside) as whole:
        for piece in opened(file, passphrase):
            whole.write(piece)
        whole.seek(0)
        yield whole


def _wrong(number: int) -> PackRefused:
    if number == 0:
        return PackRefused(
            "the passphrase is wrong, or the file was changed or breaks off",
            hint="try it again: capitals and spaces count; else copy the file again",
        )
    return PackRefused(
        "the file breaks off or was changed: nothing was taken of it",
        hint="copy it again from where it was made",
    )
