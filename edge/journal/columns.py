"""One register's column of a block, written: its changes, in the narrowest width."""

from __future__ import annotations

import json
import struct
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]
Known: TypeAlias = NDArray[np.bool_]

PLAIN, EARLY, UNKNOWNS, OTHER = 0, 1, 2, 4
"""Flags of a column: places are given; which are known is given; values are JSON."""

WIDTHS = ("<i1", "<i2", "<i4", "<i8")
INT64 = range(-(1 << 63), 1 << 63)


class _Absent:
    """Marks a register that a sample lacks; None is what it knows to be unknown."""


ABSENT = _Absent()
NUMBERS = frozenset({int, bool})
GAPPED = NUMBERS | {type(None), _Absent}
FIRST = np.zeros(1, dtype=np.intp)


def write(out: bytearray, column: tuple[Any, ...]) -> None:
    """Append a column to a block's bytes."""
    # most registers never change within a block, and count() compares by identity
    first = column[0]
    if column.count(first) == len(column):
        if type(first) in NUMBERS and first in INT64:
            out.append(PLAIN)
            out += struct.pack("<q", first)
            return
        column = column[:1]
    kinds = set(map(type, column))
    values = _int64(column) if kinds <= NUMBERS else None
    if values is not None:
        places = np.flatnonzero(values[1:] != values[:-1]) + 1
        places = np.concatenate((FIRST, places))
        _numbers(out, places, values[places], None)
    elif kinds <= GAPPED and _fits(column):
        _numbers(out, *_gapped(column))
    else:
        _others(out, column)


def _int64(column: tuple[Any, ...]) -> Integers | None:
    """Give whole numbers as an array; None if one of them is too large for it."""
    try:
        return np.fromiter(column, dtype=np.int64, count=len(column))
    except OverflowError:
        return None


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
    integers(out, np.diff(values))


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
    text(out, json.dumps([cells[i] for i in kept], ensure_ascii=False))


def _places(out: bytearray, places: NDArray[np.intp]) -> None:
    varint(out, len(places))
    varint(out, int(places[0]))
    integers(out, np.diff(places))


def integers(out: bytearray, values: NDArray[Any]) -> None:
    """Append whole numbers in the narrowest width that holds them all."""
    if not len(values):
        return
    low, high = int(values.min()), int(values.max())
    for code, width in enumerate(WIDTHS):
        half = 1 << (8 * (1 << code) - 1)
        if -half <= low and high < half:
            out.append(code)
            out += values.astype(width).tobytes()
            return


def text(out: bytearray, told: str) -> None:
    """Append a text, its length first."""
    data = told.encode("utf-8", "surrogatepass")
    varint(out, len(data))
    out += data


def varint(out: bytearray, value: int) -> None:
    """Append a whole number, seven bits a byte."""
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
