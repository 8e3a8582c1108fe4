"""What else a record may say: slices, the owner's words, events, gaps, as points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import orjson

from edge.event import Event
from edge.journal.bodies import Kind, Span, decode, kind_of
from edge.record import Baseline, Correction, Record
from edge.sample import Gap, Quality, Slice
from edge.stores.influx.intervals import APART_MS, runs
from edge.stores.influx.names import EVENT, GAP, SLICE, WORD, every_fluid, fluid
from edge.stores.influx.server import Series, Server
from edge.stores.influx.words import (
    delete,
    fields,
    group,
    head,
    is_,
    line,
    name,
    select,
    within,
)

Slot = tuple[str, str, int, int, str]


def slot(one: Slice) -> Slot:
    """Give which slice it is: of two with one slot, the one received last stands."""
    return one.meter, one.register, one.start_ms, one.end_ms, one.origin


def encode_slice(one: Slice) -> str:
    """Give a slice's line; its length is a tag, since two may start together."""
    start = head(
        f"{fluid(one.register)}_{SLICE}",
        meter=one.meter,
        register=one.register,
        origin=one.origin,
        length_ms=str(one.end_ms - one.start_ms),
    )
    return line(
        start,
        one.start_ms,
        value=one.value,
        quality=one.quality.value,
        received_ms=one.received_ms,
        index_end=one.index_end,
    )


def withdrawals(slices: Sequence[Slice], there: Mapping[Slot, Slice]) -> list[str]:
    """Write what takes the points of slices away that no longer say what stands.

    A point's fields are joined with what it had: one that loses any must go first.
    What lies together in a series goes at once, if nothing else stands between.
    """
    lost = {
        slot(one)
        for one in slices
        if (before := there.get(slot(one))) is not None and _loses(one, before)
    }
    series: dict[tuple[str, str, str, int], list[tuple[int, bool]]] = {}
    for meter, register, start, end, origin in sorted(there):
        goes = (meter, register, start, end, origin) in lost
        of = (meter, register, origin, end - start)
        series.setdefault(of, []).append((start, goes))
    return [
        delete(
            f"{fluid(register)}_{SLICE}",
            is_("meter", meter),
            is_("register", register),
            is_("origin", origin),
            is_("length_ms", str(length)),
            within(first, last + 1),
        )
        for (meter, register, origin, length), starts in series.items()
        for goes, run in groupby(starts, key=lambda one: one[1])
        if goes
        for first, last in runs([start for start, _ in run], length)
    ]


def _loses(one: Slice, before: Slice) -> bool:
    return (one.value is None and before.value is not None) or (
        one.index_end is None and before.index_end is not None
    )


def read_slices(
    server: Server, database: str, meter: str, where: str, span: tuple[int, int]
) -> list[Slice]:
    """Give a meter's slices that start in a span, and meet a condition if any.

    Those that were withdrawn are there too, without a value.
    """
    asked = select(
        fields("value", "quality", "received_ms", "index_end"),
        every_fluid(f"_{SLICE}"),
        is_("meter", meter),
        within(*span),
        where,
        end=group("register", "origin", "length_ms"),
    )
    (found,) = server.ask(database, asked)
    return sorted(
        (one for series in found for one in _slices(meter, series)),
        key=lambda one: (one.start_ms, one.end_ms, one.origin),
    )


def _slices(meter: str, series: Series) -> Iterable[Slice]:
    tags = series.tags
    for start_ms, value, quality, received_ms, index_end in series.whole(
        "quality", "received_ms"
    ):
        yield Slice(
            meter,
            tags["register"],
            start_ms,
            start_ms + int(tags["length_ms"]),
            value,
            Quality(quality),
            tags["origin"],
            received_ms,
            index_end,
        )


def standing_slices(
    server: Server, database: str, slices: Sequence[Slice]
) -> dict[Slot, Slice]:
    """Give what stands in the slots of these slices."""
    found: dict[Slot, Slice] = {}
    for meter in {one.meter for one in slices}:
        starts = sorted({one.start_ms for one in slices if one.meter == meter})
        for low, high in runs(starts, APART_MS):
            there = read_slices(server, database, meter, "", (low, high + 1))
            found |= {slot(one): one for one in there}
    return found


def encode_word(record: Record) -> str:
    """Give the line of an owner's word, an event or a gap.

    Events and gaps are there for charts; words have a series each, so that no two
    meet, and are read back in the journal's order.
    """
    body = record.body
    if isinstance(body, Event):
        start = head(EVENT, meter=body.meter, kind=body.kind.value)
        detail = orjson.dumps(dict(body.detail)).decode()
        return line(start, body.at_ms, detail=detail)
    if isinstance(body, Gap):
        start = head(GAP, meter=body.meter)
        return line(
            start,
            body.start_ms,
            length_ms=body.end_ms - body.start_ms,
            reason=body.reason,
        )
    epoch, seq = record.address.epoch, record.address.seq
    kind = kind_of(body).name.lower()
    start = head(WORD, meter=record.meter, kind=kind, address=f"{epoch}:{seq}")
    return line(start, record.start_ms, epoch=epoch, seq=seq, body=plain(body))


def plain(body: Any) -> str:
    """Give a word as JSON, whatever form the journal has for it."""
    told = {name: getattr(body, name) for name in body.__dataclass_fields__}
    return orjson.dumps(told, default=dict).decode()


def read_words(
    server: Server, database: str, meter: str, kind: Kind
) -> list[Baseline | Correction]:
    """Give a meter's words of one kind, oldest record first."""
    asked = select(
        fields("epoch", "seq", "body"),
        name(WORD),
        is_("meter", meter),
        is_("kind", kind.name.lower()),
    )
    (found,) = server.ask(database, asked)
    rows: list[tuple[int, int, str]] = sorted(
        (row[1], row[2], row[3])
        for series in found
        for row in series.whole("epoch", "seq", "body")
    )
    words = (decode(kind, Span(meter, 0, 1), row[2].encode(), {}) for row in rows)
    return [one for one in words if isinstance(one, Baseline | Correction)]
