"""What the journal lets go, and what it says in place of what someone had not read."""

from __future__ import annotations

from edge.errors import JournalError
from edge.journal.bodies import LASTING, Kind, Span, encode
from edge.journal.database import Database
from edge.journal.log import LANES, Epochs, Transaction
from edge.record import Address
from edge.sample import Gap

PRUNED = "pruned"
SPARED = (*LASTING, Kind.INTERVALS, Kind.EVENT)
"""What goes last, if at all: it is small, and a lost store is made anew of it."""


def used_bytes(database: Database) -> int:
    """Give what the database holds; pages that were let go are filled again first."""
    ((pages,),) = database.execute("PRAGMA page_count")
    ((free,),) = database.execute("PRAGMA freelist_count")
    ((size,),) = database.execute("PRAGMA page_size")
    return int((pages - free) * size)


def passed(database: Database, epochs: Epochs, lane: int, last_seq: int) -> int:
    """Give the seq up to which every consumer has read a lane."""
    rows = database.execute("SELECT epoch, seq FROM cursor WHERE lane = ?", (lane,))
    return min((epochs.after(Address(*row)) for row in rows), default=last_seq)


def forget(
    tx: Transaction,
    until: Address,
    *,
    force: bool = False,
    spared: tuple[Kind, ...] = SPARED,
) -> int:
    """Let go of records up to an address, included; give how many.

    What a consumer has not read stays, or with `force` makes place for one gap record
    a meter and lane, at the address of the last that went: who comes late reads that.
    What is spared stays, and each meter's last block.
    """
    if until > Address(tx.log.epochs.epochs[-1], tx.seq):
        raise JournalError(f"the journal does not go as far as {until}")
    limit = tx.log.epochs.after(until)
    count = 0
    for lane in range(len(LANES)):
        read = passed(tx.database, tx.log.epochs, lane, tx.seq)
        if force and read < limit:
            count += _replace(tx, lane, (read, limit), spared)
        count += _delete(tx, lane, (0, min(read, limit)), spared)
    tx.database.execute("INSERT OR REPLACE INTO mark VALUES ('seq', ?)", (tx.seq,))
    return count


def _kept(tx: Transaction, after: int, until: int) -> list[int]:
    """Find the blocks of a span that are the last ones of their meters."""
    rows = tx.database.execute(
        "SELECT meter, max(seq) FROM record WHERE seq > ? AND seq <= ? AND kind = ?"
        " GROUP BY meter",
        (after, until, Kind.BLOCK),
    )
    return [
        seq
        for meter, seq in rows
        if not tx.database.execute(
            "SELECT 1 FROM record WHERE seq > ? AND kind = ? AND meter = ? LIMIT 1",
            (until, Kind.BLOCK, meter),
        )
    ]


def _goes(kept: list[int], spared: tuple[Kind, ...]) -> str:
    """Give the condition on what goes, of numbers that are ours."""
    return (
        "seq > ? AND seq <= ? AND lane = ?"
        f" AND kind NOT IN ({', '.join(str(int(kind)) for kind in spared)})"
        f" AND seq NOT IN ({', '.join(map(str, kept))})"
    )


def _delete(
    tx: Transaction, lane: int, seqs: tuple[int, int], spared: tuple[Kind, ...]
) -> int:
    goes = _goes(_kept(tx, *seqs), spared)
    tx.database.execute(
        f"DELETE FROM record WHERE {goes}",  # noqa: S608 - numbers of ours only
        (*seqs, lane),
    )
    ((count,),) = tx.database.execute("SELECT changes()")
    return int(count)


def _replace(
    tx: Transaction, lane: int, seqs: tuple[int, int], spared: tuple[Kind, ...]
) -> int:
    """Put one gap record a meter in place of what was not read by everyone."""
    goes = _goes(_kept(tx, *seqs), spared)
    rows = tx.database.execute(
        "SELECT meter, min(start_ms), max(end_ms), max(seq) FROM record"  # noqa: S608 - numbers of ours only
        f" WHERE {goes} GROUP BY meter",
        (*seqs, lane),
    )
    count = _delete(tx, lane, seqs, spared)
    for meter, start_ms, end_ms, seq in rows:
        span = Span(tx.log.names.get(meter, ""), start_ms, end_ms)
        data = encode(Gap(span.meter, start_ms, end_ms, PRUNED))
        tx.insert_at(seq, Kind.GAP, lane, span, data)
        count -= 1
    return count


def keep_within(tx: Transaction, oldest_ms: int, max_bytes: int) -> int:
    """Let go of what is too old or too much, read or not; give how many records.

    The oldest go first, a twentieth at a time; what is spared outlives the cap of days,
    and goes for the cap of bytes once nothing else is left. The owner's words never go.
    """
    database = tx.database
    ((first, last),) = database.execute("SELECT min(seq), max(seq) FROM record")
    if first is None:
        return 0
    ((old,),) = database.execute(
        "SELECT max(seq) FROM record WHERE committed_ms < ?", (oldest_ms,)
    )
    count = 0
    if old is not None:
        count += forget(tx, tx.log.epochs.address(old), force=True)
    for spared in (SPARED, LASTING):
        until = first
        while used_bytes(database) > max_bytes and until < last:
            until = min(last, until + max(1, (last - first) // 20))
            here = tx.log.epochs.address(until)
            count += forget(tx, here, force=True, spared=spared)
    return count
