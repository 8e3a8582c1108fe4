"""A block's bytes: samples of one meter in columns, changes only, deltas, zlib.

Layout, before zlib: format, quality, origin, count, first instant, steps between
instants; then a column a register: number, flags, changes, places of the changes,
which of them are known, values. Numbers of one kind lie together in the narrowest
width that holds them, which is fast in numpy and leaves the rest to zlib.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.errors import DamagedRecord
from edge.journal import columns
from edge.journal.columns import (
    ABSENT,
    EARLY,
    FIRST,
    OTHER,
    PLAIN,
    UNKNOWNS,
    WIDTHS,
    Integers,
    Known,
)
from edge.sample import Sample

FORMAT = 1
LEVEL = 6
"""Measured: of 33 samples 406 bytes; 410 at level 1, 406 at 9, in the same time."""


class Change(NamedTuple):
    """A register's changes: at each of `places` (in the instants), what it becomes.

    `values` is int64, 0 where unknown; or object, for texts. A NamedTuple, since a
    block makes forty.
    """

    places: NDArray[np.intp]
    values: NDArray[Any]
    known: Known


class Unpacked(NamedTuple):
    """A block's content."""

    quality: str
    origin: str
    instants_ms: Integers
    changes: dict[str, Change]


YES = np.ones(1, dtype=np.bool_)
"""Of a register that is known, and keeps one value for a whole block: shared."""
for _shared in (FIRST, YES):
    _shared.flags.writeable = False


def pack(samples: Sequence[Sample], number: Callable[[str], int]) -> bytes:
    """Give the bytes of samples of one meter, quality and origin, instants rising."""
    first = samples[0]
    instants = np.array([sample.at_ms for sample in samples], dtype=np.int64)
    out = bytearray((FORMAT,))
    columns.text(out, first.quality.value)
    columns.text(out, first.origin)
    columns.varint(out, len(samples))
    out += struct.pack("<q", first.at_ms)
    columns.integers(out, np.diff(instants))
    names, told = _columns(samples)
    columns.varint(out, len(names))
    for name, column in zip(names, told, strict=True):
        columns.varint(out, number(name))
        columns.write(out, column)
    return zlib.compress(bytes(out), LEVEL)


def _columns(samples: Sequence[Sample]) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Turn samples into a tuple of values a register, in C where all have the same."""
    pictures = [sample.values for sample in samples]
    names = list(pictures[0])
    if all(map(names.__eq__, map(list, pictures))):
        return names, zip(*[each.values() for each in pictures], strict=True)
    names = list(dict.fromkeys(name for sample in samples for name in sample.values))
    rows = ([s.values.get(name, ABSENT) for name in names] for s in samples)
    return names, zip(*rows, strict=True)


class _Cursor:
    """Walks through a block's bytes."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        value = shift = 0
        while (byte := self.byte()) > 0x7F:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift

    def take(self, size: int) -> bytes:
        self.at += size
        if self.at > len(self.data):
            raise IndexError("the block ends early")
        return self.data[self.at - size : self.at]

    def text(self) -> str:
        return self.take(self.varint()).decode("utf-8", "surrogatepass")

    def int64(self) -> int:
        value: int = struct.unpack("<q", self.take(8))[0]
        return value

    def integers(self, count: int) -> Integers:
        code = self.byte()
        data = self.take(count << code)
        return np.frombuffer(data, dtype=WIDTHS[code]).astype(np.int64)

    def running(self, first: int, count: int) -> Integers:
        """Give a first value and `count` sums of what follows."""
        values = np.empty(count + 1, dtype=np.int64)
        values[0] = first
        if count:
            values[1:] = self.integers(count)
        return values.cumsum()


def unpack(data: bytes, names: Mapping[int, str]) -> Unpacked:
    """Read a block; raise DamagedRecord when the bytes aren't one."""
    try:
        return _unpack(_Cursor(zlib.decompress(data)), names)
    except (zlib.error, IndexError, ValueError, KeyError, struct.error) as error:
        raise DamagedRecord(f"these bytes are no block: {error}") from error


def _unpack(cursor: _Cursor, names: Mapping[int, str]) -> Unpacked:
    layout = cursor.byte()
    if layout != FORMAT:
        raise ValueError(f"format {layout} is not known")
    quality, origin = cursor.text(), cursor.text()
    count = cursor.varint()
    instants = cursor.running(cursor.int64(), count - 1)
    changes = {names[cursor.varint()]: _change(cursor) for _ in range(cursor.varint())}
    return Unpacked(quality, origin, instants, changes)


def _change(cursor: _Cursor) -> Change:
    flags = cursor.byte()
    if flags == PLAIN:  # one number for the whole block, as most registers have
        return Change(FIRST, np.array((cursor.int64(),), dtype=np.int64), YES)
    places = FIRST
    if flags & EARLY:
        count = cursor.varint()
        places = cursor.running(cursor.varint(), count - 1)
    if flags & OTHER:
        cells = _cells(cursor.text())
        values = np.empty(len(cells), dtype=object)
        values[:] = cells
        if len(cells) == 1 and cells[0] is not None:
            return Change(places, values, YES)
        known = np.array([cell is not None for cell in cells], dtype=np.bool_)
        return Change(places, values, known)
    known = YES if len(places) == 1 else np.ones(len(places), dtype=np.bool_)
    if flags & UNKNOWNS:
        bits = np.frombuffer(cursor.take((len(places) + 7) // 8), dtype=np.uint8)
        known = np.unpackbits(bits, count=len(places)).astype(np.bool_)
    return Change(places, cursor.running(cursor.int64(), len(places) - 1), known)


@lru_cache(maxsize=256)
def _cells(told: str) -> tuple[Any, ...]:
    """Read texts; block after block says the same ones."""
    return tuple(json.loads(told))
