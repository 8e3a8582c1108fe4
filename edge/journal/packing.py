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
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge.errors import DamagedRecord
from edge.sample import Sample

FORMAT = 1
LEVEL = 6
"""Measured: of 33 samples 406 bytes; 410 at level 1, 406 at 9, in the same time."""

Integers: TypeAlias = NDArray[np.int64]
Known: TypeAlias = NDArray[np.bool_]

PLAIN, EARLY, UNKNOWNS, OTHER = 0, 1, 2, 4
"""Flags of a column: places are given; which are known is given; values are JSON."""

WIDTHS = ("<i1", "<i2", "<i4", "<i8")
INT64 = range(-(1 << 63), 1 << 63)


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


class _Absent:
    """Marks a register that a sample lacks; None is what it knows to be unknown."""


ABSENT = _Absent()
FIRST = np.zeros(1, dtype=np.intp)
YES = np.ones(1, dtype=np.bool_)
NO = np.zeros(1, dtype=np.bool_)


def pack(samples: Sequence[Sample], number: Callable[[str], int]) -> bytes:
    """Give the bytes of samples of one meter, quality and origin, instants rising."""
    first = samples[0]
    instants = np.array([sample.at_ms for sample in samples], dtype=np.int64)
    out = bytearray((FORMAT,))
    _text(out, first.quality.value)
    _text(out, first.origin)
    _varint(out, len(samples))
    out += struct.pack("<q", first.at_ms)
    _integers(out, np.diff(instants))
    names, columns = _columns(samples)
    _varint(out, len(names))
    for name, column in zip(names, columns, strict=True):
        _varint(out, number(name))
        _column(out, column)
    return zlib.compress(bytes(out), LEVEL)


def _columns(samples: Sequence[Sample]) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Turn samples into a tuple of values a register, in C where all have the same."""
    names = list(samples[0].values)
    if all(list(sample.values) == names for sample in samples):
        return names, zip(*(sample.values.values() for sample in samples), strict=True)
    names = list(dict.fromkeys(name for sample in samples for name in sample.values))
    rows = ([s.values.get(name, ABSENT) for name in names] for s in samples)
    return names, zip(*rows, strict=True)


def _column(out: bytearray, column: tuple[Any, ...]) -> None:
    # most registers never change within a block, and count() compares by identity
    if column.count(column[0]) == len(column):
        column = column[:1]
    kinds = set(map(type, column))
    if kinds <= {int, bool} and _fits(column):
        values = np.array(column, dtype=np.int64)
        places = np.flatnonzero(values[1:] != values[:-1]) + 1
        places = np.concatenate((FIRST, places))
        _numbers(out, places, values[places], None)
    elif kinds <= {int, bool, type(None), _Absent} and _fits(column):
        _numbers(out, *_gapped(column))
    else:
        _others(out, column)


def _fits(column: tuple[Any, ...]) -> bool:
    numbers = [v for v in column if v is not None and v is not ABSENT]
    return not numbers or (min(numbers) in INT64 and max(numbers) in INT64)


def _gapped(column: tuple[Any, ...]) -> tuple[NDArray[np.intp], Integers, Known]:
    """Find the changes of numbers that are at times unknown, or absent at first."""
    start = next(i for i, value in enumerate(column) if value is not ABSENT)
    cells = [None if value is ABSENT else value for value in column[start:]]
    known = np.array([value is not None for value in cells], dtype=np.bool_)
    values = np.array([value or 0 for value in cells], dtype=np.int64)
    changed = (values[1:] != values[:-1]) | (known[1:] != known[:-1])
    places = np.concatenate((FIRST, np.flatnonzero(changed) + 1))
    return places + start, values[places], known[places]


def _numbers(
    out: bytearray, places: NDArray[np.intp], values: Integers, known: Known | None
) -> None:
    some = known is not None and not known.all()
    single = len(places) == 1 and places[0] == 0
    out.append((PLAIN if single else EARLY) | (UNKNOWNS if some else 0))
    if not single:
        _places(out, places)
    if some and known is not None:
        out += np.packbits(known).tobytes()
    out += struct.pack("<q", int(values[0]))
    # differences wrap around, and the sum that undoes them wraps back
    _integers(out, np.diff(values))


def _others(out: bytearray, column: tuple[Any, ...]) -> None:
    """Write texts, or anything that is no 64-bit integer, as JSON."""
    start = next(i for i, value in enumerate(column) if value is not ABSENT)
    cells = [None if value is ABSENT else value for value in column[start:]]
    kept = [0, *(i for i in range(1, len(cells)) if cells[i] != cells[i - 1])]
    places = np.array(kept, dtype=np.intp) + start
    single = len(places) == 1 and start == 0
    out.append((PLAIN if single else EARLY) | OTHER)
    if not single:
        _places(out, places)
    _text(out, json.dumps([cells[i] for i in kept], ensure_ascii=False))


def _places(out: bytearray, places: NDArray[np.intp]) -> None:
    _varint(out, len(places))
    _varint(out, int(places[0]))
    _integers(out, np.diff(places))


def _integers(out: bytearray, values: NDArray[Any]) -> None:
    if not len(values):
        return
    low, high = int(values.min()), int(values.max())
    for code, width in enumerate(WIDTHS):
        half = 1 << (8 * (1 << code) - 1)
        if -half <= low and high < half:
            out.append(code)
            out += values.astype(width).tobytes()
            return


def _text(out: bytearray, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    _varint(out, len(data))
    out += data


def _varint(out: bytearray, value: int) -> None:
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


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
    places = FIRST
    if flags & EARLY:
        count = cursor.varint()
        places = cursor.running(cursor.varint(), count - 1)
    if flags & OTHER:
        cells = json.loads(cursor.text())
        known = np.array([cell is not None for cell in cells], dtype=np.bool_)
        values = np.empty(len(cells), dtype=object)
        values[:] = cells
        return Change(places, values, known)
    known = YES if len(places) == 1 else np.ones(len(places), dtype=np.bool_)
    if flags & UNKNOWNS:
        bits = np.frombuffer(cursor.take((len(places) + 7) // 8), dtype=np.uint8)
        known = np.unpackbits(bits, count=len(places)).astype(np.bool_)
    return Change(places, cursor.running(cursor.int64(), len(places) - 1), known)
