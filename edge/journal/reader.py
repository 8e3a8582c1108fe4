"""Reading the journal: read-only connections, from any thread or another process."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edge.errors import DamagedDatabase, DamagedRecord
from edge.journal.block import Block
from edge.journal.bodies import Kind, Span, decode
from edge.journal.database import Connect, Database, Row, SqliteDatabase
from edge.journal.log import COLUMNS, LANES, Epochs, sound
from edge.record import Address, Body, Lane, Record
from edge.sample import Gap, Sample

KEPT_CONNECTIONS = 3
DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class View:
    """One read-only connection, and what its database calls things."""

    database: Database
    names: dict[int, str]

    def refresh(self) -> None:
        """Learn the names given since."""
        known = max(self.names, default=0)
        self.names.update(
            self.database.execute(
                "SELECT number, name FROM name WHERE number > ?", (known,)
            )
        )

    def epochs(self) -> Epochs:
        """Give the epochs of this database."""
        return Epochs(
            [
                (row[0], row[1])
                for row in self.database.execute(
                    "SELECT epoch, after_seq FROM epoch ORDER BY epoch"
                )
            ]
        )


class Reader:
    """Reads committed records; every method blocks for as long as the disk takes.

    `damaged` is told the seq of each record whose CRC is wrong: a gap record stands in
    its place, so that nobody passes over it without knowing. `broken` is told when two
    reads in a row find that the database itself is damaged.
    """

    def __init__(
        self,
        path: Path,
        connect: Connect = SqliteDatabase,
        damaged: Callable[[int], None] = lambda _seq: None,
        broken: Callable[[DamagedDatabase], None] = lambda _error: None,
    ) -> None:
        self._path, self._connect = path, connect
        self._damaged, self._broken = damaged, broken
        self._strikes = 0
        self._idle: queue.LifoQueue[View] = queue.LifoQueue(KEPT_CONNECTIONS)
        self._generation = 0

    @contextmanager
    def view(self) -> Iterator[View]:
        """Lend a connection."""
        generation = self._generation
        try:
            view = self._idle.get_nowait()
        except queue.Empty:
            view = View(self._open(), {})
        try:
            yield view
        except DamagedDatabase as error:
            view.database.close()
            self._strikes += generation == self._generation
            if self._strikes > 1:  # not by chance, and not of a connection
                self._strikes = 0
                self._broken(error)
            raise
        except BaseException:
            view.database.close()
            raise
        self._strikes = 0
        if generation == self._generation:
            with suppress(queue.Full):
                self._idle.put_nowait(view)
                return
        view.database.close()

    def _open(self) -> Database:
        database = self._connect(self._path, read_only=True)
        database.execute("PRAGMA cache_size=-512")
        return database

    def reset(self) -> None:
        """Let go of idle connections: the file behind them has changed, or we close."""
        self._generation += 1
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().database.close()

    def read(
        self,
        after: Address | None = None,
        *,
        limit: int = 256,
        lane: Lane | None = None,
        kinds: Iterable[Kind] | None = None,
        meter: str | None = None,
    ) -> list[Record]:
        """Give the records behind an address, in order, at most `limit`."""
        with self.view() as view:
            epochs = view.epochs()
            where, values = ["seq > ?"], [epochs.after(after)]
            if lane is not None:
                where.append("lane = ?")
                values.append(LANES.index(lane))
            if kinds is not None:
                where.append(f"kind IN ({', '.join(str(int(kind)) for kind in kinds)})")
            if meter is not None:
                number = self._number(view, meter)
                if number is None:
                    return []
                where.append("meter = ?")
                values.append(number)
            rows = view.database.execute(
                f"SELECT {COLUMNS} FROM record WHERE {' AND '.join(where)}"  # noqa: S608 - placeholders
                " ORDER BY seq LIMIT ?",
                (*values, limit),
            )
            view.refresh()
            return [self._record(row, view, epochs) for row in rows]

    def _number(self, view: View, name: str) -> int | None:
        rows = view.database.execute("SELECT number FROM name WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    def _record(self, row: Row, view: View, epochs: Epochs) -> Record:
        seq, kind, lane, number, start_ms, end_ms, _, data = row
        span = Span(view.names.get(number, ""), start_ms, end_ms)
        body: Body
        try:
            body = decode(kind if sound(row) else 0, span, data, view.names)
        except DamagedRecord:
            self._damaged(seq)
            span = plausible(span)
            body = Gap(*span, DAMAGED)
        lane = LANES[lane] if lane in (0, 1) else Lane.PRESENT
        return Record(epochs.address(seq), lane, *span, body)

    def last_sample(self, meter: str) -> Sample | None:
        """Give the last sample of a meter; None when it never spoke."""
        with self.view() as view:
            number = self._number(view, meter)
            if number is None:
                return None
            epochs = view.epochs()
            rows = view.database.execute(
                f"SELECT {COLUMNS} FROM record WHERE kind = ? AND meter = ?"  # noqa: S608 - placeholders
                " AND lane = 0 ORDER BY seq DESC LIMIT 2",
                (int(Kind.BLOCK), number),
            )
            view.refresh()
            for row in rows:
                body = self._record(row, view, epochs).body
                if isinstance(body, Block):
                    return body.last()
        return None

    def tail(self) -> Address | None:
        """Give the address of the newest record; None when there is none."""
        with self.view() as view:
            ((seq,),) = view.database.execute("SELECT max(seq) FROM record")
            return None if seq is None else view.epochs().address(seq)


def plausible(span: Span) -> Span:
    """Give a damaged record's span, or no time at all where it can't be one."""
    start, end = span.start_ms, span.end_ms
    if isinstance(start, int) and isinstance(end, int) and start < end:
        return span
    return Span(span.meter, 0, 0)
