"""Dated facts in the journal: a table that is only added to."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from edge.facts import Fact, FactKind
from edge.journal.database import Database
from edge.journal.log import Transaction

SELECT = (
    "SELECT f.meter, f.kind, f.start_ms, f.end_ms, f.origin, f.entry FROM fact f"
    " LEFT JOIN import i ON i.number = f.import"
    " WHERE f.meter = ? AND f.start_ms < ? AND (f.end_ms IS NULL OR f.end_ms > ?)"
    " AND (f.import IS NULL OR i.undone_ms IS NULL)"
    " ORDER BY f.start_ms, f.number"
)
"""Those that an import told which was taken back stand no more."""


def put(tx: Transaction, facts: Sequence[Fact], number: int | None = None) -> None:
    """Add facts, told by an import of a number, or by the home itself."""
    for one in tx.log.erased.facts(facts):
        tx.database.execute(
            "INSERT INTO fact (meter, kind, start_ms, end_ms, origin, import, entry)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                one.meter,
                one.kind.value,
                one.start_ms,
                one.end_ms,
                one.origin,
                number,
                orjson.dumps(dict(one.detail)).decode(),
            ),
        )


def facts(
    database: Database, meter: str, start_ms: int = 0, end_ms: int = 1 << 53
) -> list[Fact]:
    """Give the facts of a meter that meet [start, end), each once, in time order."""
    found: dict[tuple[object, ...], Fact] = {}
    for name, kind, since, until, origin, entry in database.execute(
        SELECT, (meter, end_ms, start_ms)
    ):
        one = Fact(name, FactKind(kind), since, until, origin, orjson.loads(entry))
        found.setdefault(one.key, one)
    return list(found.values())
