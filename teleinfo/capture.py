r"""Captures of a line: what came, and when, in a text file that can be read and mended.

    #releve-capture 1 start=2026-11-24T06:48:00.123Z baud=9600
    0 \x02\nADSC\t041961000001\t#\r
    84 \nVTIC\t02\tJ\r
    #baud=1200

A line is the milliseconds since the start, a space, and the bytes that came then:
printable ASCII as it is, the rest (and a backslash) escaped as in Python. Lines that
start with `#` are notes. A file without the first line is a plain one: raw bytes
without timings, as other tools make them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple

from teleinfo.errors import SourceError

MAGIC = b"#releve-capture "
VERSION = b"1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = re.compile(rb"start=(\S+)")
BAUD = re.compile(rb"baud=(\d+)")
LINE = re.compile(rb"(\d{1,15}) (.*)", re.DOTALL)
CHUNK_BYTES = 65_536
LONGEST_LINE = 4 * CHUNK_BYTES + 64
NAMED = {0x09: b"\\t", 0x0A: b"\\n", 0x0D: b"\\r", 0x5C: b"\\\\"}
SHORT = {escaped[1:]: bytes((byte,)) for byte, escaped in NAMED.items()}
ESCAPE = re.compile(rb"\\(x[0-9a-f]{2}|[tnr\\])")
PLAIN = re.compile(rb"(?:[ -\[\]-~]|\\(?:x[0-9a-f]{2}|[tnr\\]))*")
ESCAPED = tuple(
    NAMED.get(byte) or (bytes((byte,)) if 0x20 <= byte < 0x7F else b"\\x%02x" % byte)
    for byte in range(256)
)


class Chunk(NamedTuple):
    """Bytes that came together; `at_ms` is UTC, None in a plain file."""

    at_ms: int | None
    data: bytes
    baud: int | None = None


class CaptureWriter:
    """Writes a capture; whole lines only, so that one cut short is still a capture."""

    def __init__(self, stream: BinaryIO, start_ms: int, baud: int) -> None:
        self._stream, self._start_ms, self._baud = stream, start_ms, baud
        start = EPOCH + timedelta(milliseconds=start_ms)
        shown = start.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        header = b"%b%b start=%b baud=%d\n"
        stream.write(header % (MAGIC, VERSION, shown.encode(), baud))
        self.bytes = 0

    def write(self, data: bytes, at_ms: int, baud: int | None = None) -> None:
        """Note what came at an instant, and the speed if it is another."""
        if baud is not None and baud != self._baud:
            self._baud = baud
            self._stream.write(b"#baud=%d\n" % baud)
        if data:
            offset_ms = max(0, at_ms - self._start_ms)
            self._stream.write(b"%d %b\n" % (offset_ms, escape(data)))
            self.bytes += len(data)


def escape(data: bytes) -> bytes:
    """Write bytes as printable ASCII; a space at the end would be lost in an editor."""
    written = b"".join([ESCAPED[byte] for byte in data])
    return written[:-1] + b"\\x20" if written.endswith(b" ") else written


def unescape(written: bytes) -> bytes:
    """Read bytes back; raise ValueError on what `escape` does not write."""
    if not PLAIN.fullmatch(written):
        raise ValueError("a character or an escape that no capture holds")
    return ESCAPE.sub(_unescaped, written)


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return SHORT.get(code) or bytes((int(code[1:], 16),))


def is_capture(first: bytes) -> bool:
    """Tell whether a file that starts so has timings."""
    return first.startswith(MAGIC)


def read_capture(path: str | os.PathLike[str]) -> Iterator[Chunk]:
    """Give a capture's chunks, with timings if it has them.

    Raises SourceError when it can't be read, or a line of it is none.
    """
    try:
        with Path(path).open("rb") as stream:
            first = stream.read(len(MAGIC))
            stream.seek(0)
            if is_capture(first):
                yield from _timed(stream, path)
            else:
                while data := stream.read(CHUNK_BYTES):
                    yield Chunk(None, data)
    except OSError as error:
        raise SourceError(
            f"{path} can't be read: {error.strerror}", hint="name a capture or raw file"
        ) from error


def _timed(stream: BinaryIO, path: str | os.PathLike[str]) -> Iterator[Chunk]:
    header = stream.readline(LONGEST_LINE)
    start = START.search(header)
    if header.split()[1:2] != [VERSION] or start is None:
        raise SourceError(
            f"{path} is a capture of another kind", hint="a newer Relevé wrote it"
        )
    start_ms = _instant_ms(start[1], path)
    baud = _baud(header, None)
    number = 1
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if line.startswith(b"#"):
            baud = _baud(line, baud)
            continue
        try:
            offset_ms, data = _line(line.rstrip(b"\r\n"))
        except ValueError as error:
            raise SourceError(
                f"{path}, line {number}: {error}", hint="delete that line"
            ) from error
        yield Chunk(start_ms + offset_ms, data, baud)


def _line(line: bytes) -> tuple[int, bytes]:
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError("not a number, a space and bytes")
    return int(found[1]), unescape(found[2])


def _baud(line: bytes, before: int | None) -> int | None:
    found = BAUD.search(line)
    return int(found[1]) if found else before


def _instant_ms(written: bytes, path: str | os.PathLike[str]) -> int:
    try:
        start = datetime.fromisoformat(written.decode("ascii"))
        return (start - EPOCH) // timedelta(milliseconds=1)
    except (ValueError, TypeError) as error:  # TypeError: its offset is missing
        raise SourceError(f"{path} starts at no instant: {error}") from error
