"""Readings at full rate: hours of tracks in and out of the chunk table."""

from __future__ import annotations

from collections.abc import Sequence

from edge.calendar import HOUR_MS
from edge.journal.database import Database
from edge.rollup.track import Column, Track, join
from edge.stores.sqlite.chunks import (
    constant_column,
    pack,
    unpack_column,
    unpack_head,
)
from edge.stores.sqlite.names import (
    HEAD,
    PLACE_BITS,
    REGISTER_BITS,
    Names,
    key,
    place_of,
    register_of,
)

RANGE = (
    "SELECT id, body FROM chunk WHERE id >= ? AND id < ?"
    " AND id >> 12 & 255 = ? ORDER BY id"
)
SOME = (
    "SELECT id, body FROM chunk WHERE id >= ? AND id < ?"
    " AND id >> 12 & 255 = ? AND id & 4095 IN ({}) ORDER BY id"
)


def hours(track: Track) -> list[Track]:
    """Cut a track at the UTC hours."""
    cut = []
    at = 0
    while at < len(track):
        hour = int(track.instants[at]) // HOUR_MS
        piece = track.clip(hour * HOUR_MS, (hour + 1) * HOUR_MS)
        cut.append(piece)
        at += len(piece)
    return cut


def write(database: Database, names: Names, track: Track) -> None:
    """Join what a meter said with what is kept of these hours."""
    meter = names.give(database, track.meter)
    for piece in hours(track):
        hour = int(piece.instants[0]) // HOUR_MS
        kept = read(database, names, track.meter, hour * HOUR_MS, (hour + 1) * HOUR_MS)
        whole = join([kept, piece]) if len(kept) else piece
        head, bodies = pack(whole)
        rows = {HEAD: head}
        for name, body in bodies.items():
            rows[names.give(database, name)] = body
        for register, body in rows.items():
            database.execute(
                "INSERT INTO chunk VALUES (?, ?) ON CONFLICT (id)"
                " DO UPDATE SET body = excluded.body WHERE body != excluded.body",
                (key(hour, meter, register), body),
            )


def read(  # noqa: PLR0913 - where, and what
    database: Database,
    names: Names,
    meter: str,
    start_ms: int,
    end_ms: int,
    registers: Sequence[str] | None = None,
) -> Track:
    """Give a meter's track over [start, end); of some registers, or of all."""
    number = names.find(database, meter)
    if number is None or start_ms >= end_ms:
        return Track.empty(meter)
    low = max(start_ms // HOUR_MS, 0) << PLACE_BITS
    high = max((end_ms - 1) // HOUR_MS + 1, 0) << PLACE_BITS
    if registers is None:
        rows = database.execute(RANGE, (low, high, number))
    else:
        found = [names.find(database, register) for register in registers]
        wanted = [HEAD, *(one for one in found if one is not None)]
        places = ", ".join("?" * len(wanted))
        rows = database.execute(SOME.format(places), (low, high, number, *wanted))
    bodies: dict[int, dict[int, bytes]] = {}
    for place, body in rows:
        bodies.setdefault(place_of(place), {})[register_of(place)] = body
    tracks = [
        _hour(database, names, meter, columns, registers)
        for columns in bodies.values()
        if HEAD in columns
    ]
    if not tracks:
        return Track.empty(meter)
    tracks[0] = tracks[0].clip(start_ms, end_ms)
    tracks[-1] = tracks[-1].clip(start_ms, end_ms)
    return join(tracks)


def _hour(
    database: Database,
    names: Names,
    meter: str,
    bodies: dict[int, bytes],
    registers: Sequence[str] | None,
) -> Track:
    head = unpack_head(bodies[HEAD])
    columns: dict[str, Column] = {}
    for name, (state, value) in head.constant.items():
        if registers is None or name in registers:
            columns[name] = constant_column(head.instants, state, value)
    for number, body in bodies.items():
        if number != HEAD:
            columns[names.name(database, number)] = unpack_column(head.instants, body)
    return Track(meter, head.instants, columns, head.mark, head.marks)


def heard(database: Database, names: Names, meter: str) -> tuple[int, int] | None:
    """Give the first and the last instant kept of a meter."""
    number = names.find(database, meter)
    if number is None:
        return None
    ends = []
    for order in ("", "DESC"):
        rows = database.execute(
            "SELECT body FROM chunk WHERE id & 1048575 = ?"  # noqa: S608 - our own two words
            f" ORDER BY id {order} LIMIT 1",
            (number << REGISTER_BITS,),
        )
        if not rows:
            return None
        ends.append(unpack_head(rows[0][0]).instants)
    return int(ends[0][0]), int(ends[1][-1])


def hours_around(
    database: Database, names: Names, meter: str, start_ms: int, end_ms: int
) -> tuple[int, int]:
    """Give the start of the last hour kept before, the end of the first after."""
    number = names.find(database, meter)
    place = (number or 0) << REGISTER_BITS
    low, high = start_ms // HOUR_MS, (end_ms - 1) // HOUR_MS + 1
    before = database.execute(
        "SELECT id FROM chunk WHERE id < ? AND id & 1048575 = ?"
        " ORDER BY id DESC LIMIT 1",
        (max(low, 0) << PLACE_BITS, place),
    )
    after = database.execute(
        "SELECT id FROM chunk WHERE id >= ? AND id & 1048575 = ? ORDER BY id LIMIT 1",
        (max(high, 0) << PLACE_BITS, place),
    )
    return (
        place_of(before[0][0]) * HOUR_MS if before else start_ms,
        (place_of(after[0][0]) + 1) * HOUR_MS if after else end_ms,
    )


def prune(database: Database, names: Names, meter: str, before_ms: int) -> int:
    """Forget the hours that ended by an instant; give the chunks gone."""
    number = names.find(database, meter)
    rows = database.execute(
        "SELECT id FROM chunk WHERE id < ? AND id >> 12 & 255 = ?",
        (before_ms // HOUR_MS << PLACE_BITS, number),
    )
    for (place,) in rows:
        database.execute("DELETE FROM chunk WHERE id = ?", (place,))
    return len(rows)
