"""Bodies of records as bytes, and back: what is not a block is JSON that names itself.

A field that a newer version added is ignored by an older one and has its default in
a newer one that reads old records: bodies outlive versions.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from enum import IntEnum
from typing import Any, NamedTuple

import orjson

from edge.errors import DamagedRecord
from edge.event import Event, EventKind
from edge.interval import Interval, Step
from edge.journal.block import Block
from edge.record import Baseline, Body, Correction
from edge.sample import Gap, Quality, Slice


class Kind(IntEnum):
    """What a record's body is, as a number in the database."""

    BLOCK = 1
    SLICES = 2
    GAP = 3
    INTERVALS = 4
    EVENT = 5
    BASELINE = 6
    CORRECTION = 7


LASTING = (Kind.BASELINE, Kind.CORRECTION)
"""The owner's words: retention never takes them."""

TYPES: Mapping[Kind, type[Any]] = {
    Kind.SLICES: Slice,
    Kind.GAP: Gap,
    Kind.INTERVALS: Interval,
    Kind.EVENT: Event,
    Kind.BASELINE: Baseline,
    Kind.CORRECTION: Correction,
}
KINDS: Mapping[type[Any], Kind] = {kind: name for name, kind in TYPES.items()}
BATCHES = (Kind.SLICES, Kind.INTERVALS)
ENUMS: Mapping[str, Any] = {"quality": Quality, "step": Step, "kind": EventKind}
ZLIB_FROM = 256
"""Below this many bytes zlib gains nothing."""


class Span(NamedTuple):
    """Whose a body is, and the time [start, end) that it speaks of."""

    meter: str
    start_ms: int
    end_ms: int


def kind_of(body: Body) -> Kind:
    """Name the kind of a body; raise ValueError on what a record can't hold."""
    if isinstance(body, Block):
        return Kind.BLOCK
    if isinstance(body, tuple):
        types = set(map(type, body))
        kind = KINDS.get(next(iter(types))) if len(types) == 1 else None
        if kind not in BATCHES:
            raise ValueError("a batch holds slices, or intervals, and at least one")
        return kind
    kind = KINDS.get(type(body))
    if kind is None or kind in BATCHES:
        raise ValueError(f"a record can't hold a {type(body).__name__}")
    return kind


def span_of(body: Body) -> Span:
    """Give whose a body is and of when; raise ValueError on a batch of two meters."""
    if isinstance(body, tuple):
        meters = {one.meter for one in body}
        if len(meters) != 1:
            raise ValueError("a batch is of one meter, and of something")
        start_ms = min(one.start_ms for one in body)
        return Span(meters.pop(), start_ms, max(one.end_ms for one in body))
    if isinstance(body, Event | Baseline):
        return Span(body.meter, body.at_ms, body.at_ms + 1)
    return Span(body.meter, body.start_ms, body.end_ms)


def encode(body: Body) -> bytes:
    """Give a body's bytes; a block must have been numbered by its database already."""
    if isinstance(body, Block):
        return body.data
    kind = kind_of(body)
    names = [field.name for field in fields(TYPES[kind])]
    if isinstance(body, tuple):
        rows = [[getattr(one, name) for name in names] for one in body]
        return _squeeze({"fields": names, "rows": rows})
    return _squeeze({name: _plain(getattr(body, name)) for name in names})


def decode(kind: int, span: Span, data: bytes, names: Mapping[int, str]) -> Body:
    """Read a body again; raise DamagedRecord when the bytes aren't one."""
    if kind == Kind.BLOCK:
        return Block(span.meter, span.start_ms, span.end_ms, data, names)
    try:
        wanted = TYPES[Kind(kind)]
        document = orjson.loads(zlib.decompress(data) if data[:1] == b"x" else data)
        body: Body = (
            _batch(wanted, document["fields"], document["rows"])
            if kind in BATCHES
            else _one(wanted, document)
        )
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise DamagedRecord(f"these bytes are no body: {error}") from error
    return body


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _squeeze(document: Any) -> bytes:
    data = orjson.dumps(document)
    return zlib.compress(data, 6) if len(data) >= ZLIB_FROM else data


def _one(wanted: type[Any], document: Mapping[str, Any]) -> Any:
    known = {field.name for field in fields(wanted)}
    return wanted(
        **{
            name: ENUMS[name](value) if name in ENUMS else value
            for name, value in document.items()
            if name in known
        }
    )


def _batch(wanted: type[Any], given: Sequence[str], rows: Sequence[Any]) -> Any:
    """Read rows whose columns are named once; by place when nothing has changed."""
    names = [field.name for field in fields(wanted)]
    if list(given) != names:
        rows = [_reordered(wanted, dict(zip(given, row, strict=True))) for row in rows]
    enums = [(names.index(name), kind) for name, kind in ENUMS.items() if name in names]
    for row in rows:
        for place, kind in enums:
            row[place] = kind(row[place])
    return tuple(wanted(*row) for row in rows)


def _reordered(wanted: type[Any], row: Mapping[str, Any]) -> list[Any]:
    defaults = {
        field.name: field.default
        for field in fields(wanted)
        if field.default is not MISSING
    }
    return [{**defaults, **row}[field.name] for field in fields(wanted)]
