"""Cursors of pages: opaque to clients, stable while new readings come.

A cursor is a place in time within one question, not a row number: what is appended
later moves nothing. It holds no right: each page is asked through the door anew.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from zlib import crc32

from api.errors import Problem

LAYOUT = struct.Struct("<BqqqI")
VERSION = 1
LENGTH = 4 * -(-(LAYOUT.size + 4) // 3)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The question [from_ms, to_ms) of a page, and where its next rows start."""

    from_ms: int
    to_ms: int
    at_ms: int

    def text(self, subject: str) -> str:
        """Write it, bound to its subject: meter, register and step."""
        body = LAYOUT.pack(
            VERSION, self.from_ms, self.to_ms, self.at_ms, crc32(subject.encode())
        )
        checked = body + crc32(body).to_bytes(4, "little")
        return base64.urlsafe_b64encode(checked).decode("ascii").rstrip("=")

    @classmethod
    def parse(cls, text: str, subject: str) -> Cursor:
        """Read what `text` wrote; raise Problem on anything else."""
        try:
            checked = base64.b64decode(
                text[:LENGTH] + "=" * (-len(text) % 4), altchars=b"-_", validate=True
            )
            body, check = checked[:-4], checked[-4:]
            version, from_ms, to_ms, at_ms, bound = LAYOUT.unpack(body)
        except (ValueError, binascii.Error, struct.error) as error:
            raise _wrong("it is not one of ours") from error
        if version != VERSION or int.from_bytes(check, "little") != crc32(body):
            raise _wrong("it is not one of ours")
        if bound != crc32(subject.encode()):
            raise _wrong("it belongs to another meter, register or step")
        if not from_ms <= at_ms <= to_ms:
            raise _wrong("it is not one of ours")
        return cls(from_ms, to_ms, at_ms)


def _wrong(why: str) -> Problem:
    return Problem(
        "wrong-cursor",
        f"{why}; follow the `next` link of a page as it is, or start without cursor",
        parameter="cursor",
    )
