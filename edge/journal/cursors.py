"""Cursors: how far each consumer has come, in each lane, and what it must remember."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edge.errors import JournalError
from edge.journal.database import Database
from edge.journal.log import LANES, Epochs, Transaction
from edge.record import Address, Lane

START = Address(0, 0)
"""Before everything."""


@dataclass(frozen=True, slots=True)
class Lag:
    """What is left to read of a lane; `oldest_ms`: when its first was committed."""

    consumer: str
    lane: Lane
    address: Address
    pending: int
    oldest_ms: int | None

    def age_ms(self, now_ms: int) -> int | None:
        """Give how long the oldest pending record has waited; None when none does."""
        return None if self.oldest_ms is None else max(0, now_ms - self.oldest_ms)


def position(database: Database, consumer: str, lane: Lane) -> Address | None:
    """Give a consumer's cursor; None when there is no such consumer."""
    rows = database.execute(
        "SELECT epoch, seq FROM cursor WHERE consumer = ? AND lane = ?",
        (consumer, LANES.index(lane)),
    )
    return Address(*rows[0]) if rows else None


def memory(database: Database, consumer: str) -> bytes | None:
    """Give what a consumer asked to be remembered with its last move."""
    rows = database.execute("SELECT state FROM memory WHERE consumer = ?", (consumer,))
    return bytes(rows[0][0]) if rows else None


def lags(database: Database, epochs: Epochs) -> list[Lag]:
    """Give every cursor with what is still to read behind it."""
    out = []
    rows = database.execute("SELECT consumer, lane, epoch, seq FROM cursor")
    for consumer, lane, epoch, seq in rows:
        address = Address(epoch, seq)
        ((pending, oldest_ms),) = database.execute(
            "SELECT count(*), min(committed_ms) FROM record WHERE seq > ? AND lane = ?",
            (epochs.after(address), lane),
        )
        out.append(Lag(consumer, LANES[lane], address, pending, oldest_ms))
    return out


def register(tx: Transaction, consumer: str, lanes: Iterable[Lane] = LANES) -> None:
    """Make a consumer known, at the start of its lanes: retention waits for it."""
    for lane in lanes:
        tx.database.execute(
            "INSERT OR IGNORE INTO cursor VALUES (?, ?, ?, ?)",
            (consumer, LANES.index(lane), 0, 0),
        )


def move(
    tx: Transaction,
    consumer: str,
    lane: Lane,
    address: Address,
    state: bytes | None = None,
) -> None:
    """Move a cursor forward to what was delivered; raise JournalError on any other way.

    Moving to where it stands is no error: a delivery may be confirmed twice.
    """
    register(tx, consumer, (lane,))
    here = position(tx.database, consumer, lane) or START
    if address < here:
        raise JournalError(
            f"{consumer} is at {here.seq} in {lane}: {address.seq} lies behind",
            hint="rewind it, if that is meant",
        )
    _place(tx, consumer, lane, address)
    if state is not None:
        remember(tx, consumer, state)


def remember(tx: Transaction, consumer: str, state: bytes) -> None:
    """Keep what a consumer must know when it starts again."""
    tx.database.execute(
        "INSERT OR REPLACE INTO memory VALUES (?, ?)", (consumer, state)
    )


def rewind(tx: Transaction, consumer: str, lane: Lane, address: Address | None) -> None:
    """Set a cursor to any address, None for the start; what follows is read again."""
    register(tx, consumer, (lane,))
    _place(tx, consumer, lane, address or START)


def reset(tx: Transaction, consumer: str) -> None:
    """Send a consumer back to the start of its lanes, remembering nothing."""
    tx.database.execute(
        "UPDATE cursor SET epoch = 0, seq = 0 WHERE consumer = ?", (consumer,)
    )
    tx.database.execute("DELETE FROM memory WHERE consumer = ?", (consumer,))


def remove(tx: Transaction, consumer: str) -> None:
    """Forget a consumer: retention waits for it no more."""
    tx.database.execute("DELETE FROM cursor WHERE consumer = ?", (consumer,))
    tx.database.execute("DELETE FROM memory WHERE consumer = ?", (consumer,))


def _place(tx: Transaction, consumer: str, lane: Lane, address: Address) -> None:
    last = Address(tx.log.epochs.epochs[-1], tx.seq)
    if address > last:
        raise JournalError(
            f"{consumer} can't be at {address}: the journal ends at {last}"
        )
    tx.database.execute(
        "UPDATE cursor SET epoch = ?, seq = ? WHERE consumer = ? AND lane = ?",
        (address.epoch, address.seq, consumer, LANES.index(lane)),
    )
