"""Frames in three lines: from a port, a file, an open stream or bytes."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO, TypeAlias

from teleinfo.capture import MAGIC, is_capture, read_capture
from teleinfo.decoder import Decoder
from teleinfo.errors import SourceError
from teleinfo.frame import Frame
from teleinfo.mode import Mode

Source: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO

CHUNK_BYTES = 65_536


def decode(data: bytes, mode: Mode | None = None) -> list[Frame]:
    """Give the frames that these bytes hold."""
    decoder = Decoder(mode)
    return decoder.feed(data) + decoder.flush()


def read(source: Source, mode: Mode | None = None) -> Iterator[Frame]:
    """Give frames as they come; a port's never end, a file's end with it.

    `source` is a path (of a serial port or of a file), an open binary stream, or
    bytes. Raises PortError or SourceError when it can't be opened or read.
    """
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        if is_port(path):
            from teleinfo import port  # noqa: PLC0415 - only ports need pyserial

            yield from port.frames(path, mode)
        else:
            yield from read_file(path, mode)
    else:
        yield from _frames(stream_chunks(source), Decoder(mode))


async def aread(source: Source, mode: Mode | None = None) -> AsyncIterator[Frame]:
    """Give frames as they come, as `read` does, without holding the event loop."""
    if isinstance(source, (str, os.PathLike)) and is_port(source):
        from teleinfo import aport  # noqa: PLC0415 - only ports need pyserial

        async for frame in aport.frames(os.fspath(source), mode):
            yield frame
        return
    chunks = (
        file_chunks(source)
        if isinstance(source, (str, os.PathLike))
        else stream_chunks(source)
    )
    decoder = Decoder(mode)
    while chunk := await asyncio.to_thread(next, chunks, b""):
        for frame in decoder.feed(chunk):
            yield frame
    for frame in decoder.flush():
        yield frame


def read_file(
    path: str | os.PathLike[str], mode: Mode | None = None
) -> Iterator[Frame]:
    """Give the frames of a capture; raise SourceError when it can't be read."""
    yield from _frames(file_chunks(path), Decoder(mode))


def is_port(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is a serial port's: a character device."""
    try:
        return stat.S_ISCHR(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return False


def file_chunks(path: str | os.PathLike[str]) -> Iterator[bytes]:
    """Give a file's bytes, a chunk at a time; raise SourceError if it can't be read."""
    try:
        with Path(path).open("rb") as stream:
            timed = is_capture(stream.peek(len(MAGIC)))
            if not timed:
                yield from stream_chunks(stream)
        if timed:
            yield from (chunk.data for chunk in read_capture(path))
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a directory", hint="name one file") from error
    except FileNotFoundError as error:
        raise SourceError(f"there is no file {path}") from error
    except PermissionError as error:
        raise SourceError(f"{path} is not yours to read") from error
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} can't be read: {error}") from error


def stream_chunks(stream: bytes | BinaryIO) -> Iterator[bytes]:
    """Give an open stream's bytes as they come; bytes are one chunk."""
    if isinstance(stream, bytes):
        yield stream
        return
    # A pipe gives what it has: a chunk must not wait to be full.
    some = getattr(stream, "read1", stream.read)
    while chunk := some(CHUNK_BYTES):
        yield chunk


def _frames(chunks: Iterator[bytes], decoder: Decoder) -> Iterator[Frame]:
    for chunk in chunks:
        yield from decoder.feed(chunk)
    yield from decoder.flush()
