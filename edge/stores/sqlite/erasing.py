"""What was erased taken out of the embedded store: hours, minutes, rows, words."""

from __future__ import annotations

from edge.calendar import DAY_MS, HOUR_MS
from edge.catalogue import Kind as Counts
from edge.journal.bodies import Kind, Span, decode
from edge.journal.database import Database
from edge.journal.erased import Erased
from edge.journal.erasing import left_of
from edge.registers import CATALOGUE
from edge.stores.sqlite import minutes, packs, raw
from edge.stores.sqlite.names import (
    HEAD,
    PLACE_BITS,
    Names,
    place_of,
    register_of,
)

WITHIN = "start_s >= ? AND start_s + length_s <= ?"
MET = "start_s + length_s > ? AND start_s < ?"
HOUR_S = 3600


def erase(database: Database, names: Names, stone: Erased) -> int:
    """Take out of all tables what is erased; give how many rows went or changed."""
    number = names.find(database, stone.meter)
    if number is None:
        return 0
    gone = _hours(database, names, stone, number)
    gone += _minutes(database, names, stone, number)
    for register in _registers(database, number):
        gone += _rows(database, names, stone, (number, register))
        gone += _slices(database, names, stone, (number, register))
    gone += _gone(
        database,
        f"still WHERE meter = ? AND {WITHIN}",
        (number, *_seconds(stone)),
    )
    gone += _words(database, stone, number)
    if stone.whole:
        gone += _unheard(database, number)
    return gone


def count(database: Database, names: Names, stone: Erased) -> int:
    """Give how many hours, days, rows and slices are met; reads alone."""
    number = names.find(database, stone.meter)
    if number is None:
        return 0
    found = len(_ids(database, "chunk", stone, number, HOUR_MS))
    found += len(_ids(database, "minute", stone, number, DAY_MS))
    low, high = _seconds(stone)
    for what, span in (
        (f"interval WHERE meter = ? AND {MET}", (low, high)),
        (f"still WHERE meter = ? AND {WITHIN}", (low, high)),
        (
            "slice WHERE meter = ? AND end_ms > ? AND start_ms < ?",
            (stone.start_ms, stone.end_ms),
        ),
    ):
        ((rows,),) = database.execute(
            f"SELECT count(*) FROM {what}",  # noqa: S608 - ours
            (number, *span),
        )
        found += int(rows)
    return found


def _gone(database: Database, what: str, values: tuple[int, ...]) -> int:
    database.execute(f"DELETE FROM {what}", values)  # noqa: S608 - ours
    ((count,),) = database.execute("SELECT changes()")
    return int(count)


def _seconds(stone: Erased) -> tuple[int, int]:
    return -(stone.start_ms // -1000), stone.end_ms // 1000


def _registers(database: Database, number: int) -> list[int]:
    rows = database.execute("SELECT register FROM heard WHERE meter = ?", (number,))
    return [int(register) for (register,) in rows]


def _ids(
    database: Database, table: str, stone: Erased, number: int, length_ms: int
) -> list[int]:
    """Give the ids of the hours, or the days, that are met."""
    low, high = stone.start_ms // length_ms, (stone.end_ms - 1) // length_ms + 1
    rows = database.execute(
        f"SELECT id FROM {table} WHERE id >= ? AND id < ? AND id >> 12 & 255 = ?",  # noqa: S608 - ours
        (max(low, 0) << PLACE_BITS, max(high, 0) << PLACE_BITS, number),
    )
    return [int(one) for (one,) in rows]


def _hours(database: Database, names: Names, stone: Erased, number: int) -> int:
    """Take readings at full rate out; an hour of which some stay is packed anew."""
    ids = _ids(database, "chunk", stone, number, HOUR_MS)
    kept = []
    for hour in {place_of(one) for one in ids}:
        start, end = hour * HOUR_MS, (hour + 1) * HOUR_MS
        if stone.covers(start, end):
            continue
        track = raw.read(database, names, stone.meter, start, end)
        parts = ((start, stone.start_ms), (stone.end_ms, end))
        kept += [
            part
            for low, high in parts
            if low < high and len(part := track.clip(low, high))
        ]
    for one in ids:
        database.execute("DELETE FROM chunk WHERE id = ?", (one,))
    for track in kept:
        raw.write(database, names, track)
    return len(ids)


def _minutes(database: Database, names: Names, stone: Erased, number: int) -> int:
    """Take 1min rows out; a day of which some stay is packed anew."""
    ids = _ids(database, "minute", stone, number, DAY_MS)
    for one in ids:
        register, day_ms = register_of(one), place_of(one) * DAY_MS
        if register == HEAD:
            continue  # that the day was looked at: it isn't rolled again
        ((body,),) = database.execute("SELECT body FROM minute WHERE id = ?", (one,))
        name = names.name(database, register)
        rows = [
            row
            for row in minutes.unpack(stone.meter, name, day_ms, body)
            if not stone.meets(row.start_ms, row.end_ms)
        ]
        if rows:
            packed = minutes.pack(rows, day_ms)
            database.execute("UPDATE minute SET body = ? WHERE id = ?", (packed, one))
        else:
            database.execute("DELETE FROM minute WHERE id = ?", (one,))
    return len(ids)


def _rows(database: Database, names: Names, stone: Erased, of: tuple[int, int]) -> int:
    """Take a register's rows out, and the packs that hold any of their period."""
    name = names.name(database, of[1])
    counted = name in CATALOGUE and CATALOGUE[name].kind is Counts.INDEX
    low, high = _seconds(stone)
    periods = ((low - HOUR_S) // packs.PERIOD_S, high // packs.PERIOD_S)
    packed = "meter = ? AND register = ? AND period BETWEEN ? AND ?"
    database.execute(
        "INSERT OR IGNORE INTO loose SELECT meter, step, period, register FROM pack"  # noqa: S608 - ours
        f" WHERE {packed}",
        (*of, *periods),
    )
    database.execute(f"DELETE FROM pack WHERE {packed}", (*of, *periods))  # noqa: S608 - ours
    which = WITHIN if counted else MET
    return _gone(
        database,
        f"interval WHERE meter = ? AND register = ? AND {which}",
        (*of, low, high),
    )


def _slices(
    database: Database, names: Names, stone: Erased, of: tuple[int, int]
) -> int:
    """Take a register's slices out, and a counter's stand at an erased instant."""
    name, gone = names.name(database, of[1]), 0
    for start, end, origin in database.execute(
        "SELECT start_ms, end_ms, origin FROM slice WHERE meter = ? AND register = ?"
        " AND start_ms < ? AND end_ms > ?",
        (*of, stone.end_ms, stone.start_ms),
    ):
        where = (
            " WHERE meter = ? AND register = ? AND start_ms = ? AND end_ms = ?"
            " AND origin = ?"
        )
        if stone.takes(name, start, end):
            gone += 1
            database.execute(f"DELETE FROM slice{where}", (*of, start, end, origin))  # noqa: S608 - ours
        elif stone.start_ms < end < stone.end_ms:
            database.execute(
                f"UPDATE slice SET index_end = NULL{where}",  # noqa: S608 - ours
                (*of, start, end, origin),
            )
    return gone


def _words(database: Database, stone: Erased, number: int) -> int:
    """Take the owner's words, events and gaps out."""
    gone = 0
    span = Span(stone.meter, 0, 1)
    for kind, epoch, seq, data in database.execute(
        "SELECT kind, epoch, seq, body FROM word WHERE meter = ?", (number,)
    ):
        if left_of(stone, decode(Kind(kind), span, data, {})) is None:
            gone += 1
            database.execute(
                "DELETE FROM word WHERE kind = ? AND meter = ? AND epoch = ?"
                " AND seq = ?",
                (kind, number, epoch, seq),
            )
    return gone


def _unheard(database: Database, number: int) -> int:
    """Forget the registers of which nothing is left."""
    return _gone(
        database,
        "heard WHERE meter = ? AND NOT EXISTS (SELECT 1 FROM interval i WHERE"
        " i.meter = heard.meter AND i.register = heard.register)"
        " AND NOT EXISTS (SELECT 1 FROM slice s WHERE s.meter = heard.meter"
        " AND s.register = heard.register)",
        (number,),
    )
