"""Rows of one step that are older than the household keeps them, taken out of records.

Intervals outlive the cap of days, since a lost store is made anew of them: what the
household chose to keep for so long only must not come back that way.
"""

from __future__ import annotations

from collections.abc import Sequence

from edge.interval import Interval, Step
from edge.journal.bodies import Kind
from edge.journal.database import Database
from edge.journal.erasing import rewritten
from edge.journal.log import COLUMNS, Transaction
from edge.record import Body


def old(database: Database, meter: str, before_ms: int) -> list[int]:
    """Find the records of a meter's rows that begin before; reads the whole file."""
    rows = database.execute(
        "SELECT seq FROM record WHERE kind = ? AND start_ms < ?"
        " AND meter = (SELECT number FROM name WHERE name = ?) ORDER BY seq",
        (int(Kind.INTERVALS), before_ms, meter),
    )
    return [int(seq) for (seq,) in rows]


def thin(
    tx: Transaction, meter: str, step: Step, before_ms: int, seqs: Sequence[int]
) -> int:
    """Take the rows of a step out that ended by an instant; give how many records."""

    def left(body: Body) -> Body | None:
        if not isinstance(body, tuple):
            return body
        rows = tuple(
            row
            for row in body
            if isinstance(row, Interval)
            and (row.step is not step or row.end_ms > before_ms)
        )
        return body if len(rows) == len(body) else rows or None

    changed = 0
    for seq in seqs:
        for row in tx.database.execute(
            f"SELECT {COLUMNS} FROM record WHERE seq = ?",  # noqa: S608 - ours
            (seq,),
        ):
            changed += rewritten(tx, meter, row, left)
    tx.database.execute("INSERT OR REPLACE INTO mark VALUES ('seq', ?)", (tx.seq,))
    return changed
