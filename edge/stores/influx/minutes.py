"""1min rows in an InfluxDB: a day at a time, and a point that says that it is kept."""

from __future__ import annotations

from collections.abc import Iterable

from edge.calendar import DAY_MS
from edge.interval import Interval, Step
from edge.stores.influx.intervals import Query, columns, encode, question
from edge.stores.influx.names import DAY, Databases, deletion, every_fluid
from edge.stores.influx.sender import Sender
from edge.stores.influx.server import Server
from edge.stores.influx.state import days, days_question
from edge.stores.influx.words import delete, head, is_, line, select, within

SUFFIX = f"_{Step.MIN1.value}"
MINUTE_ROWS = every_fluid(SUFFIX)


def keep(  # noqa: PLR0913 - with what, where, and what
    server: Server,
    sender: Sender,
    databases: Databases,
    meter: str,
    day_ms: int,
    rows: Iterable[Interval],
) -> None:
    """Keep a day's rows in place of those kept before; the day is marked at the end."""
    where = (is_("meter", meter), within(day_ms, day_ms + DAY_MS))
    counted = select('count("revision")', MINUTE_ROWS, *where)
    (there,) = server.ask(databases.minutes, counted)
    if there:
        forget(server, databases, meter, day_ms, day_ms + DAY_MS)
    lines = [encode(row) for row in rows]
    mark = line(head(DAY, meter=meter), day_ms, rows=len(lines))
    if lines:
        sender.send(databases.minutes, lines)
    sender.send(databases.minutes, [mark])


def kept(
    server: Server, databases: Databases, meter: str, start_ms: int, end_ms: int
) -> set[int]:
    """Give the days kept whose rows may start in [start, end)."""
    (found,) = server.ask(databases.minutes, days_question(meter, start_ms, end_ms))
    return days(found)


def forget(
    server: Server, databases: Databases, meter: str, start_ms: int, end_ms: int
) -> None:
    """Forget whole days: what marks them first, so that half a day never counts."""
    where = (is_("meter", meter), within(start_ms, end_ms))
    gone = f"{delete(DAY, *where)}; {deletion(*where, suffix=SUFFIX)}"
    server.ask(databases.minutes, gone)


def read(server: Server, databases: Databases, query: Query) -> list[Interval]:
    """Give the rows of the days kept."""
    rows, marked = server.ask(
        databases.minutes,
        f"{question(query)};{days_question(query.meter, query.start_ms, query.end_ms)}",
    )
    known = days(marked)
    found = columns(rows).rows(query.meter, query.register, query.step)
    return [row for row in found if row.start_ms // DAY_MS * DAY_MS in known]
