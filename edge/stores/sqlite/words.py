"""What else a record may say: slices, the owner's words, events, gaps."""

from __future__ import annotations

from edge.journal.bodies import Kind, Span, decode, encode, kind_of
from edge.journal.database import Database
from edge.record import Baseline, Correction, Record
from edge.sample import Slice
from edge.stores.sqlite.names import QUALITIES, QUALITY_NUMBERS, Names


def write(database: Database, names: Names, record: Record) -> None:
    """Keep the owner's word, an event or a gap, once a record."""
    database.execute(
        "INSERT OR REPLACE INTO word VALUES (?, ?, ?, ?, ?)",
        (
            int(kind_of(record.body)),
            names.give(database, record.meter),
            record.address.epoch,
            record.address.seq,
            encode(record.body),
        ),
    )


def read_baselines(database: Database, names: Names, meter: str) -> list[Baseline]:
    """Give a meter's baselines, oldest record first."""
    told = _told(database, names, meter, Kind.BASELINE)
    return [body for body in told if isinstance(body, Baseline)]


def read_corrections(database: Database, names: Names, meter: str) -> list[Correction]:
    """Give the owner's corrections of a meter, oldest record first."""
    told = _told(database, names, meter, Kind.CORRECTION)
    return [body for body in told if isinstance(body, Correction)]


def _told(database: Database, names: Names, meter: str, kind: Kind) -> list[object]:
    rows = database.execute(
        "SELECT body FROM word WHERE kind = ? AND meter = ? ORDER BY epoch, seq",
        (int(kind), names.find(database, meter)),
    )
    span = Span(meter, 0, 1)
    return [decode(int(kind), span, body, {}) for (body,) in rows]


def write_slices(database: Database, names: Names, slices: tuple[Slice, ...]) -> None:
    """Keep slices; of two of one source and period the one received last.

    One that takes back what was said stays too: an older one may come again.
    """
    for one in slices:
        meter = names.give(database, one.meter)
        register = names.give(database, one.register)
        origin = names.give(database, one.origin)
        slot = (meter, register, one.start_ms, one.end_ms, origin)
        told = (one.received_ms, one.value, QUALITY_NUMBERS[one.quality])
        database.execute(
            "INSERT INTO slice VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET received_ms = excluded.received_ms, value = excluded.value,"
            " quality = excluded.quality, index_end = excluded.index_end"
            " WHERE excluded.received_ms >= received_ms",
            (*slot, *told, one.index_end),
        )


def read_slices(  # noqa: PLR0913 - where, and what
    database: Database,
    names: Names,
    meter: str,
    register: str,
    start_ms: int,
    end_ms: int,
    limit: int,
) -> list[Slice]:
    """Give the slices that start in [start, end), those that stand."""
    of = (names.find(database, meter), names.find(database, register))
    rows = database.execute(
        "SELECT start_ms, end_ms, value, quality, origin, received_ms, index_end"
        " FROM slice WHERE meter = ? AND register = ?"
        " AND start_ms >= ? AND start_ms < ? AND value IS NOT NULL"
        " ORDER BY start_ms, end_ms, origin LIMIT ?",
        (*of, start_ms, end_ms, limit),
    )
    return [
        Slice(
            meter,
            register,
            start,
            end,
            value,
            QUALITIES[quality],
            names.name(database, origin),
            received,
            index_end,
        )
        for start, end, value, quality, origin, received, index_end in rows
    ]
