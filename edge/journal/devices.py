"""Which physical meter was fitted when: the one table with meters' own numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from edge.journal.database import Database

REFERENCE = "device-"
COLUMNS = "number, meter, identifier, from_ms, to_ms, confirmed"


class Device(NamedTuple):
    """One physical meter at one supply point over [from, to).

    `number` is ours, and all that any record says of it; `identifier` is the meter's
    own and leaves this table for nowhere. `confirmed`: by the owner, or as the first.
    """

    number: int
    meter: str
    identifier: str
    from_ms: int
    to_ms: int | None
    confirmed: bool


def devices(database: Database, meter: str | None = None) -> list[Device]:
    """Give the devices of one supply point, or of all, oldest first."""
    rows = database.execute(
        f"SELECT {COLUMNS} FROM device WHERE ?1 IS NULL OR meter = ?1"  # noqa: S608 - ours
        " ORDER BY meter, from_ms, number",
        (meter,),
    )
    return [Device(*row)._replace(confirmed=bool(row[5])) for row in rows]


def current(database: Database, meter: str) -> Device | None:
    """Give the device that counts now: the confirmed one that has no end."""
    fitted = [d for d in devices(database, meter) if d.confirmed and d.to_ms is None]
    return fitted[-1] if fitted else None


def see(database: Database, meter: str, identifier: str, at_ms: int) -> Device:
    """Note that a device spoke; the first of a supply point needs no confirmation."""
    known = [d for d in devices(database, meter) if d.identifier == identifier]
    if known:
        return known[-1]
    first = current(database, meter) is None
    database.execute(
        "INSERT INTO device (meter, identifier, from_ms, confirmed)"
        " VALUES (?, ?, ?, ?)",
        (meter, identifier, at_ms, first),
    )
    return devices(database, meter)[-1]


def confirm(database: Database, meter: str, identifier: str, at_ms: int) -> Device:
    """Take a device as the one that counts from an instant on; the one before ends."""
    database.execute(
        "UPDATE device SET to_ms = ? WHERE meter = ? AND identifier <> ?"
        " AND confirmed AND to_ms IS NULL",
        (at_ms, meter, identifier),
    )
    number = see(database, meter, identifier, at_ms).number
    database.execute(
        "UPDATE device SET from_ms = ?, to_ms = NULL, confirmed = 1 WHERE number = ?",
        (at_ms, number),
    )
    return next(d for d in devices(database, meter) if d.number == number)


def reference(database: Database, meter: str, identifier: str, at_ms: int) -> str:
    """Give what a record says in place of a meter's own number."""
    if identifier.removeprefix(REFERENCE).isdigit() and identifier.startswith(
        REFERENCE
    ):
        return identifier  # a record written again
    return f"{REFERENCE}{see(database, meter, identifier, at_ms).number}"


def restore(database: Database, known: Sequence[Device]) -> int:
    """Note the physical meters of a home that moved here; give how many were new.

    One that is here already was fitted at the earlier of its two instants.
    """
    new = 0
    for one in known:
        here = [
            d for d in devices(database, one.meter) if d.identifier == one.identifier
        ]
        if here:
            database.execute(
                "UPDATE device SET from_ms = min(from_ms, ?) WHERE number = ?",
                (one.from_ms, here[-1].number),
            )
            continue
        fitted = current(database, one.meter)
        # what counts here now goes on: the one that moved in ended before it
        to_ms = one.to_ms if fitted is None or one.to_ms else fitted.from_ms
        database.execute(
            "INSERT INTO device (meter, identifier, from_ms, to_ms, confirmed)"
            " VALUES (?, ?, ?, ?, ?)",
            (one.meter, one.identifier, one.from_ms, to_ms, one.confirmed),
        )
        new += 1
    return new
