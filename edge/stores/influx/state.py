"""What the store notes of itself in InfluxDB: cursors, registers heard, days kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edge.calendar import DAY_MS
from edge.record import Address, Lane
from edge.stores.influx.names import (
    BEGUN,
    CURSOR,
    DAY,
    HEARD,
    PRUNED,
    Databases,
    every_fluid,
)
from edge.stores.influx.raw import WHOLE
from edge.stores.influx.server import Series, Server
from edge.stores.influx.words import group, head, is_, line, name, select, within

Cursors = Mapping[Lane, Address | None]
NOWHERE: Cursors = dict.fromkeys(Lane)


@dataclass(slots=True)
class Known:
    """What InfluxDB held when it was last asked, kept up to date by who writes to it.

    `latest` is the last instant of each series (meter, quality, origin), `rows` the
    last start of each meter's rows of a step; `kept` holds the days whose 1min rows are
    kept. It is thrown away whenever a write fails or the cursors aren't ours.
    """

    cursors: Cursors
    latest: dict[tuple[str, str, str], int] = field(default_factory=dict)
    heard: dict[str, dict[str, int]] = field(default_factory=dict)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    kept: dict[str, set[int]] = field(default_factory=dict)

    def last(self, meter: str) -> int | None:
        """Give the last instant of a meter."""
        return max(
            (at for (of, _, _), at in self.latest.items() if of == meter), default=None
        )


def cursors(server: Server, databases: Databases) -> Cursors:
    """Give how far each lane has come; nowhere when a bucket was lost.

    Each UTC day of the host's clock has a point of its own, and the furthest counts:
    the bucket forgets the old ones, and a clock that goes back undoes nothing.
    """
    reached = select(name("address"), name(CURSOR), end=group("lane"))
    of = f"{name(databases.lasting)}..{name(BEGUN)}"
    found, begun = server.ask(databases.raw, f"{reached}; {select(name('begun'), of)}")
    told = dict(NOWHERE)
    if begun:
        for series in found:
            told[Lane(series.tags["lane"])] = max(
                _address(row[1]) for row in series.rows
            )
    return told


def _address(text: str) -> Address:
    epoch, seq = text.split(":")
    return Address(int(epoch), int(seq))


def cursor_lines(reached: Cursors, now_ms: int) -> list[str]:
    """Give the points that note how far each lane has come.

    An address is one field: of two, a reader may see one as it was and one as it is,
    which is further than the lane has come when the journal begins a new epoch.
    """
    day_ms = now_ms // DAY_MS * DAY_MS
    return [
        line(head(CURSOR, lane=lane.value), day_ms, address=f"{at.epoch}:{at.seq}")
        for lane, at in reached.items()
        if at is not None
    ]


def begun_line() -> str:
    """Give the point that says that the lasting bucket is one we began to fill."""
    return line(BEGUN, 0, begun=True)


def filled(server: Server, databases: Databases) -> bool:
    """Tell whether the lasting bucket was filled since it was begun."""
    asked = select(name("filled"), name(BEGUN))
    (found,) = server.ask(databases.lasting, asked)
    return bool(found)


def filled_line() -> str:
    """Give the point that says that it was."""
    return line(BEGUN, 0, filled=True)


def load(server: Server, databases: Databases) -> Known:
    """Ask InfluxDB for all that is to be known."""
    known = Known(cursors(server, databases))
    by = group("meter", "quality", "origin")
    (found,) = server.ask(
        databases.raw, select(f"last({name(WHOLE)})", every_fluid(), end=by)
    )
    for series in found:
        tags = series.tags
        key = (tags["meter"], tags["quality"], tags["origin"])
        known.latest[key] = max(series.rows[0][0], known.latest.get(key, 0))
    known.heard = heard(server, databases)
    return known


def heard(server: Server, databases: Databases) -> dict[str, dict[str, int]]:
    """Give each meter's registers ever heard, each with its place."""
    asked = select('"place"', name(HEARD), end=group("meter", "register"))
    (found,) = server.ask(databases.lasting, asked)
    told: dict[str, dict[str, int]] = {}
    for series in found:
        places = told.setdefault(series.tags["meter"], {})
        places[series.tags["register"]] = series.rows[0][1]
    return told


def heard_lines(known: Known, meter: str, registers: Sequence[str]) -> list[str]:
    """Note the registers that are new, and give the points that say so."""
    places = known.heard.setdefault(meter, {})
    lines = []
    for register in registers:
        if register not in places:
            places[register] = len(places)
            start = head(HEARD, meter=meter, register=register)
            lines.append(line(start, 0, place=places[register]))
    return lines


def last_row(server: Server, databases: Databases, meter: str, step: str) -> int | None:
    """Give where a meter's last row of a step starts."""
    asked = select('last("revision")', every_fluid(f"_{step}"), is_("meter", meter))
    (found,) = server.ask(databases.lasting, asked)
    return max((series.rows[0][0] for series in found), default=None)


def pruned_ms(server: Server, databases: Databases, meter: str) -> int:
    """Say before which instant raw readings were let go; 0 for never."""
    asked = select('last("before_ms")', name(PRUNED), is_("meter", meter))
    (found,) = server.ask(databases.lasting, asked)
    return int(found[0].rows[0][1]) if found else 0


def pruned_line(meter: str, before_ms: int) -> str:
    """Give the point that says it."""
    return line(head(PRUNED, meter=meter), 0, before_ms=before_ms)


def days(found: Sequence[Series]) -> set[int]:
    """Read an answer to `days_question`."""
    return {row[0] for series in found for row in series.rows}


def days_question(meter: str, start_ms: int, end_ms: int) -> str:
    """Write what asks for the days kept whose rows may start in [start, end)."""
    low = start_ms // DAY_MS * DAY_MS
    return select('"rows"', name(DAY), is_("meter", meter), within(low, end_ms))
