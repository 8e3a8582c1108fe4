"""One record whose bytes are wrong: kept apart, and a gap put in its place."""

from __future__ import annotations

import logging

from edge.journal.bodies import Kind, Span, encode
from edge.journal.log import COLUMNS, Transaction, sound
from edge.journal.reader import DAMAGED, plausible
from edge.sample import Gap

log = logging.getLogger(__name__)


def repair(tx: Transaction, seq: int) -> bool:
    """Set a damaged record aside; False when it was done before, or is sound."""
    rows = tx.database.execute(
        f"SELECT {COLUMNS} FROM record WHERE seq = ?",  # noqa: S608 - a constant
        (seq,),
    )
    if not rows:
        return False
    if sound(rows[0]):
        return False
    _, _, lane, meter, start_ms, end_ms, _, _ = rows[0]
    span = plausible(Span(tx.log.names.get(meter, ""), start_ms, end_ms))
    tx.database.execute(
        "INSERT OR REPLACE INTO damaged SELECT seq, kind, lane, meter, start_ms,"
        " end_ms, crc, body, ? FROM record WHERE seq = ?",
        (tx.now_ms, seq),
    )
    tx.database.execute("DELETE FROM record WHERE seq = ?", (seq,))
    gap = Gap(span.meter, span.start_ms, span.end_ms, DAMAGED)
    tx.insert_at(seq, Kind.GAP, lane if lane in (0, 1) else 0, span, encode(gap))
    log.error("record %d was damaged: it is set aside, and a gap in its place", seq)
    return True
