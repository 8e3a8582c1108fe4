"""An hour of a meter's readings as bytes: the instants once, then a column a register.

Numbers lie together as differences in the narrowest width that holds them, and zlib
does the rest. A register that keeps one value for the hour stands in the head.
"""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from edge.calendar import Instants
from edge.rollup.track import Column, Mark, State, Track
from edge.sample import Quality

LEVEL = 6
WIDTHS = ("<i1", "<i2", "<i4", "<i8")


class Head(NamedTuple):
    """What all columns of an hour share."""

    instants: Instants
    mark: NDArray[np.int8]
    marks: tuple[Mark, ...]
    constant: dict[str, tuple[int, Any]]


def pack(track: Track) -> tuple[bytes, dict[str, bytes]]:
    """Give the head's bytes, and those of each register that changes."""
    constant: dict[str, tuple[int, Any]] = {}
    bodies = {}
    for name, one in track.columns.items():
        if len(one.at) == 1 and one.at[0] == track.instants[0]:
            constant[name] = (int(one.state[0]), one.values[:1].tolist()[0])
        else:
            bodies[name] = _pack_column(track.instants, one)
    several = len(track.marks) > 1
    width, steps = _narrow(np.diff(track.instants))
    head = {
        "n": len(track),
        "first": int(track.instants[0]),
        "w": width,
        "marks": [list(mark) for mark in track.marks],
        "constant": constant,
    }
    marks = track.mark.tobytes() if several else b""
    return _squeeze(head, steps, marks), bodies


def unpack_head(data: bytes) -> Head:
    """Read the head."""
    head, rest = _open(data)
    count = head["n"]
    instants = np.empty(count, dtype=np.int64)
    instants[0] = head["first"]
    size = (count - 1) << head["w"]
    instants[1:] = np.frombuffer(rest[:size], dtype=WIDTHS[head["w"]])
    marks = tuple(Mark(Quality(quality), origin) for quality, origin in head["marks"])
    mark = np.zeros(count, dtype=np.int8)
    if len(marks) > 1:
        mark[:] = np.frombuffer(rest[size:], dtype=np.int8)
    constant = {name: (s, value) for name, (s, value) in head["constant"].items()}
    return Head(instants.cumsum(), mark, marks, constant)


def constant_column(instants: Instants, state: int, value: Any) -> Column:
    """Give the column of a register that kept one value, None for an unknown text."""
    kind = object if isinstance(value, str) else np.int64
    return Column(
        instants[:1],
        np.array([0 if value is None else value], dtype=kind),
        np.array([state], dtype=np.int8),
    )


def _pack_column(instants: Instants, one: Column) -> bytes:
    places = np.searchsorted(instants, one.at)
    place_width, place_steps = _narrow(np.diff(places))
    whole = bool((one.state == State.KNOWN).all())
    head: dict[str, Any] = {
        "n": len(places),
        "first": int(places[0]),
        "w": place_width,
        "whole": whole,
    }
    states = b"" if whole else one.state.tobytes()
    if one.values.dtype == object:
        return _squeeze({**head, "texts": one.values.tolist()}, place_steps, states)
    width, steps = _narrow(np.diff(one.values))
    head |= {"value": int(one.values[0]), "v": width}
    return _squeeze(head, place_steps, states, steps)


def unpack_column(instants: Instants, data: bytes) -> Column:
    """Read one register's hour."""
    head, rest = _open(data)
    count = head["n"]
    size = (count - 1) << head["w"]
    places = np.empty(count, dtype=np.int64)
    places[0] = head["first"]
    places[1:] = np.frombuffer(rest[:size], dtype=WIDTHS[head["w"]])
    rest = rest[size:]
    if head["whole"]:
        state = np.full(count, State.KNOWN, dtype=np.int8)
    else:
        state, rest = np.frombuffer(rest[:count], dtype=np.int8), rest[count:]
    if "texts" in head:
        values: NDArray[Any] = np.empty(count, dtype=object)
        values[:] = head["texts"]
    else:
        values = np.empty(count, dtype=np.int64)
        values[0] = head["value"]
        values[1:] = np.frombuffer(rest, dtype=WIDTHS[head["v"]])
        values = values.cumsum()
    return Column(instants[places.cumsum()], values, state)


def _narrow(values: NDArray[Any]) -> tuple[int, bytes]:
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    for code, width in enumerate(WIDTHS[:3]):
        half = 1 << (8 * (1 << code) - 1)
        if -half <= low and high < half:
            return code, values.astype(width).tobytes()
    return 3, values.astype(WIDTHS[3]).tobytes()


def _squeeze(head: dict[str, Any], *arrays: bytes) -> bytes:
    return zlib.compress(b"".join((orjson.dumps(head), b"\n", *arrays)), LEVEL)


def _open(data: bytes) -> tuple[dict[str, Any], bytes]:
    head, _, rest = zlib.decompress(data).partition(b"\n")
    return orjson.loads(head), rest
