"""What the gate refused and the owner may still let in: durable, and counted."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from edge.errors import JournalError
from edge.journal.database import Database, Row
from edge.journal.devices import reference
from edge.journal.log import Transaction
from edge.sample import Value

if TYPE_CHECKING:
    from edge.gate.verdict import Refused

KEPT_VALUES = 8
LIMIT = 5_000
"""Entries kept, the settled ones going first: a noisy line must not fill the disk."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A register's refusals for one reason: first, last, how many, the last values.

    `values` holds (instant in ms, value), newest last; `accepted` is what stood before
    the newest; `device` is our reference, not the meter's number. `verdict` is None,
    "accepted" or "dismissed".
    """

    number: int
    meter: str
    register: str
    reason: str
    first_ms: int
    last_ms: int
    count: int
    values: tuple[tuple[int, Value], ...]
    accepted: Value = None
    origin: str = "tic"
    device: str | None = None
    verdict: str | None = None
    run_first_ms: int = 0
    run_count: int = 0


SELECT = (
    "SELECT number, meter, register, reason, device, verdict, entry FROM quarantine"
)


def _read(row: Row) -> Quarantined:
    number, meter, register, reason, device, verdict, text = row
    entry: dict[str, Any] = orjson.loads(text)
    entry["values"] = tuple((at_ms, value) for at_ms, value in entry["values"])
    return Quarantined(
        number, meter, register, reason, device=device, verdict=verdict, **entry
    )


def quarantined(database: Database, *, settled: bool = False) -> list[Quarantined]:
    """Give what waits for the owner's word, or with `settled` all, oldest first."""
    rows = database.execute(f"{SELECT} ORDER BY number")
    return [one for one in map(_read, rows) if settled or one.verdict is None]


def find(database: Database, number: int) -> Quarantined:
    """Give an entry by its number; raise JournalError when there is none."""
    rows = database.execute(f"{SELECT} WHERE number = ?", (number,))
    if not rows:
        raise JournalError(
            f"nothing in the quarantine has number {number}",
            hint="`releve quarantine list` shows what there is",
        )
    return _read(rows[0])


def put(tx: Transaction, refused: Refused) -> int:
    """Note a refusal, joined to its like; give the entry's number, 0 for an erased."""
    if tx.log.erased.holds(refused.meter, refused.at_ms):
        return 0
    device = refused.device and reference(
        tx.database, refused.meter, refused.device, refused.at_ms
    )
    rows = tx.database.execute(
        f"{SELECT} WHERE meter = ? AND register = ? AND reason = ? AND device IS ?"
        " AND verdict IS NULL",
        (refused.meter, refused.register, str(refused.reason), device),
    )
    if rows:
        return _store(tx, _joined(_read(rows[0]), refused))
    first_ms = refused.first_ms or refused.at_ms
    fresh = Quarantined(
        number=0,
        meter=refused.meter,
        register=refused.register,
        reason=str(refused.reason),
        first_ms=first_ms,
        last_ms=refused.at_ms,
        count=refused.count,
        values=((refused.at_ms, refused.value),),
        accepted=refused.accepted,
        origin=refused.origin,
        device=device,
        run_first_ms=first_ms,
        run_count=refused.count,
    )
    tx.database.execute(
        "DELETE FROM quarantine WHERE number IN (SELECT number FROM quarantine"
        " ORDER BY verdict IS NULL, number LIMIT"
        " max(0, (SELECT count(*) FROM quarantine) - ?))",
        (LIMIT - 1,),
    )
    return _store(tx, fresh)


def _joined(one: Quarantined, refused: Refused) -> Quarantined:
    """Count a report in: it stands for its whole run so far, reported before or not."""
    first_ms = refused.first_ms or refused.at_ms
    same_run = first_ms == one.run_first_ms
    counted = one.run_count if same_run else 0
    return replace(
        one,
        first_ms=min(one.first_ms, first_ms),
        last_ms=max(one.last_ms, refused.at_ms),
        count=one.count + max(0, refused.count - counted),
        values=(*one.values, (refused.at_ms, refused.value))[-KEPT_VALUES:],
        accepted=refused.accepted,
        run_first_ms=first_ms,
        run_count=max(counted, refused.count),
    )


def _store(tx: Transaction, one: Quarantined) -> int:
    columns = ("number", "meter", "register", "reason", "device", "verdict")
    entry = {k: v for k, v in asdict(one).items() if k not in columns}
    text = orjson.dumps(entry).decode()
    if one.number:
        tx.database.execute(
            "UPDATE quarantine SET entry = ? WHERE number = ?", (text, one.number)
        )
        return one.number
    tx.database.execute(
        "INSERT INTO quarantine (meter, register, reason, device, entry)"
        " VALUES (?, ?, ?, ?, ?)",
        (one.meter, one.register, one.reason, one.device, text),
    )
    ((number,),) = tx.database.execute("SELECT last_insert_rowid()")
    return int(number)


def settle(tx: Transaction, number: int, verdict: str) -> Quarantined:
    """Note the owner's word, once; raise JournalError when it was given before."""
    one = find(tx.database, number)
    if one.verdict is not None:
        raise JournalError(
            f"number {number} of the quarantine was {one.verdict} before"
        )
    tx.database.execute(
        "UPDATE quarantine SET verdict = ? WHERE number = ?", (verdict, number)
    )
    return replace(one, verdict=verdict)
