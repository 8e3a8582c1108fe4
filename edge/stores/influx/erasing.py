"""What was erased taken out of an InfluxDB: points of all kinds, and parked lines.

InfluxDB marks what is deleted, and writes its files without it when it compacts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from edge.calendar import DAY_MS
from edge.catalogue import Kind as Counts
from edge.interval import INTERVAL_STEPS, Step
from edge.journal.bodies import Kind, Span, decode
from edge.journal.erased import Erased, Tombstones
from edge.journal.erasing import left_of
from edge.registers import CATALOGUE
from edge.stores.influx import told
from edge.stores.influx.minutes import SUFFIX
from edge.stores.influx.names import (
    EVENT,
    GAP,
    HEARD,
    WORD,
    Databases,
    deletion,
    every_fluid,
    stepped,
)
from edge.stores.influx.parked import Parked, Parking
from edge.stores.influx.raw import WHOLE
from edge.stores.influx.sender import Sender
from edge.stores.influx.server import Server
from edge.stores.influx.words import (
    FIRST_MS,
    delete,
    fields,
    group,
    is_,
    name,
    select,
    within,
)

LONGEST_MS = 400 * DAY_MS
"""No period that a source tells of is longer."""
STATEMENTS = 50
"""Deletions in one request."""


def erase(
    server: Server,
    sender: Sender,
    databases: Databases,
    registers: Iterable[str],
    stone: Erased,
) -> int:
    """Take out what is erased of a meter; give how many points of readings went."""
    meter, span = is_("meter", stone.meter), within(stone.start_ms, stone.end_ms)
    gone = count(server, databases, stone)
    server.ask(databases.raw, deletion(meter, span))
    server.ask(databases.minutes, deletion(meter, span, suffix=SUFFIX))
    known = list(registers)
    for step in INTERVAL_STEPS:
        _ask_all(
            server, databases.lasting, _rows(server, databases, stone, step, known)
        )
    _slices(server, sender, databases, stone)
    server.ask(
        databases.lasting, f"{delete(EVENT, meter, span)}; {delete(GAP, meter, span)}"
    )
    _ask_all(server, databases.lasting, _words(server, databases, stone))
    if stone.whole:
        server.ask(databases.lasting, delete(HEARD, meter))
    return gone


def count(server: Server, databases: Databases, stone: Erased) -> int:
    """Give how many points of readings and of minutes are met."""
    where = (is_("meter", stone.meter), within(stone.start_ms, stone.end_ms))
    total = 0
    for database, field, of in (
        (databases.raw, WHOLE, every_fluid()),
        (databases.minutes, "revision", every_fluid(SUFFIX)),
    ):
        (found,) = server.ask(database, select(f"count({name(field)})", of, *where))
        total += sum(int(series.rows[0][1]) for series in found)
    return total


def _ask_all(server: Server, database: str, statements: Iterable[str]) -> None:
    some = list(statements)
    for at in range(0, len(some), STATEMENTS):
        server.ask(database, "; ".join(some[at : at + STATEMENTS]))


def _rows(
    server: Server,
    databases: Databases,
    stone: Erased,
    step: Step,
    registers: list[str],
) -> Iterator[str]:
    """Write what deletes rows: a counter's within, others that hold any of it."""
    before = _spanning(server, databases, stone, step, stone.start_ms)
    behind = _spanning(server, databases, stone, step, stone.end_ms)
    for register in registers:
        start, end = stone.start_ms, stone.end_ms
        if register in CATALOGUE and CATALOGUE[register].kind is Counts.INDEX:
            end = behind.get(register, end)
        else:
            start = before.get(register, start)
        yield delete(
            stepped(register, step),
            is_("meter", stone.meter),
            is_("register", register),
            within(start, max(start, end)),
        )


def _spanning(
    server: Server, databases: Databases, stone: Erased, step: Step, at_ms: int
) -> dict[str, int]:
    """Give where each register's row starts that an instant lies within."""
    asked = select(
        'last("length_ms")',
        every_fluid(f"_{step.value}"),
        is_("meter", stone.meter),
        within(FIRST_MS, at_ms),
        end=group("register"),
    )
    (found,) = server.ask(databases.lasting, asked)
    return {
        series.tags["register"]: start
        for series in found
        for start, length in series.rows
        if start + length > at_ms
    }


def _slices(
    server: Server, sender: Sender, databases: Databases, stone: Erased
) -> None:
    """Take slices out, and a counter's stand at an erased instant."""
    span = (max(0, stone.start_ms - LONGEST_MS), stone.end_ms)
    there = told.read_slices(server, databases.lasting, stone.meter, "", span)
    left = {told.slot(one): one for one in Tombstones((stone,)).slices(there)}
    lost = [
        replace(one, value=None, index_end=None)
        for one in there
        if left.get(told.slot(one)) != one
    ]
    by_slot = {told.slot(one): one for one in there}
    _ask_all(server, databases.lasting, told.withdrawals(lost, by_slot))
    again = [one for one in there if (now := left.get(told.slot(one))) and now != one]
    if again:
        lines = [told.encode_slice(left[told.slot(one)]) for one in again]
        sender.send(databases.lasting, lines)


def _words(server: Server, databases: Databases, stone: Erased) -> Iterator[str]:
    """Write what deletes the owner's words on it."""
    meter = is_("meter", stone.meter)
    asked = select(
        fields("epoch", "seq", "body"), name(WORD), meter, end=group("kind", "address")
    )
    (found,) = server.ask(databases.lasting, asked)
    for series in found:
        kind = Kind[series.tags["kind"].upper()]
        for row in series.whole("epoch", "seq", "body"):
            body = decode(kind, Span(stone.meter, 0, 1), row[3].encode(), {})
            if left_of(stone, body) is None:
                address = is_("address", series.tags["address"])
                yield delete(WORD, meter, address, is_("kind", series.tags["kind"]))


def drop_parked(parking: Parking, stone: Erased) -> int:
    """Forget the lines that InfluxDB would not have, of what is erased."""
    gone = [one.number for one in parking.all() if _of(one, stone)]
    parking.drop(gone)
    return len(gone)


def _of(one: Parked, stone: Erased) -> bool:
    head, _, instant = one.line.rpartition(" ")
    meter = re.search(r",meter=([^, ]+)", head)
    if meter is None or not instant.lstrip("-").isdigit():
        return True  # nobody can tell what it says
    return meter[1] == stone.meter and stone.holds(int(instant))
