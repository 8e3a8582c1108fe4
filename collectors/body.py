"""A body as it comes, unpacked a little at a time: a bomb is cut before it swells."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from collectors.errors import NotCollected, Reason

MOST_BYTES = 4 << 20
"""Three years of daily gas are 700 kB, a week of a load curve 40."""
BLOCK = 1 << 16
PACKED = "gzip"
GZIP = 31
"""zlib's number for gzip's own head."""


def whole(pieces: Iterable[bytes], coding: str) -> bytes:
    """Give a body; raise NotCollected on one that is too long, or packed otherwise."""
    if coding not in ("", "identity", PACKED):
        raise NotCollected(Reason.CHANGED, "coding")
    bounded = _bounded(pieces)
    return b"".join(_bounded(_unpacked(bounded)) if coding == PACKED else bounded)


def _bounded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_BYTES:
            raise NotCollected(Reason.CHANGED, "size")
        yield piece


def _unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unpack, came = zlib.decompressobj(GZIP), False
    try:
        for piece in pieces:
            left, came = piece, came or bool(piece)
            while left and not unpack.eof:
                yield unpack.decompress(left, BLOCK)
                left = unpack.unconsumed_tail
        yield unpack.flush()
    except zlib.error as error:
        raise NotCollected(Reason.TRUNCATED, "coding") from error
    if came and not unpack.eof:  # a redirect may say gzip, and have no body
        raise NotCollected(Reason.TRUNCATED, "coding")
