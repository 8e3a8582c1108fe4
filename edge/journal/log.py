"""The log itself: records appended in transactions, by one thread."""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol, TypeVar

from edge.errors import DamagedDatabase, DiskFull
from edge.event import Event
from edge.interval import Interval
from edge.journal import erased
from edge.journal.block import Block
from edge.journal.bodies import Kind, Span, encode, kind_of, span_of
from edge.journal.database import Database, Row
from edge.journal.devices import reference
from edge.journal.erased import Tombstones
from edge.journal.migration import all_or_nothing
from edge.journal.packing import pack
from edge.record import Address, Baseline, Body, Correction, Lane
from edge.sample import Sample, Slice

T = TypeVar("T")
LANES = (Lane.PRESENT, Lane.HISTORY)
HEADER = struct.Struct("<qBBIqq")
COLUMNS = "seq, kind, lane, meter, start_ms, end_ms, crc, body"
INSERT = (
    "INSERT INTO record (seq, kind, lane, meter, start_ms, end_ms, crc, body,"
    " committed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


NOTHING = 0
"""The kind of an entry of which the owner had all erased: nothing is written."""


class Entry(NamedTuple):
    """A record that has no address yet; a NamedTuple since one is made a block."""

    kind: int
    lane: int
    span: Span
    data: bytes
    baseline: Baseline | None = None

    @property
    def size(self) -> int:
        """Give about how many bytes it holds in memory."""
        return len(self.data) + 200

    def write(self, transaction: Transaction) -> Address:
        """Append it; give the address that holds once it is committed."""
        if self.kind == NOTHING:
            return transaction.tail
        data = self.data
        if self.baseline is not None and self.baseline.device is not None:
            data = encode(_referring(transaction.database, self.baseline))
        return transaction.insert(self.kind, self.lane, self.span, data)


def _referring(database: Database, baseline: Baseline) -> Baseline:
    """Put our reference to a device in place of the meter's own number."""
    device = baseline.device or ""
    ours = reference(database, baseline.meter, device, baseline.at_ms)
    return replace(baseline, device=ours)


class Epochs:
    """Which epoch each seq belongs to; epochs rise, and each begins after a seq."""

    def __init__(self, rows: Sequence[tuple[int, int]]) -> None:
        self.epochs = [epoch for epoch, _ in rows]
        self._after = [after for _, after in rows]

    def address(self, seq: int) -> Address:
        """Give the address of a seq."""
        return Address(self.epochs[max(bisect_left(self._after, seq) - 1, 0)], seq)

    def after(self, address: Address | None) -> int:
        """Give the seq behind which everything is later than an address.

        An epoch never heard of is one of a journal that was lost: everything is new.
        """
        if address is None or not self.epochs or address.epoch > self.epochs[-1]:
            return 0
        place = bisect_right(self.epochs, address.epoch)
        end = self._after[place] if place < len(self._after) else None
        if place == 0 or self.epochs[place - 1] != address.epoch:
            return end or 0
        return address.seq if end is None else min(address.seq, end)


def _told(span: Span) -> Span:
    """Give a span that SQLite can hold; raise ValueError on any other."""
    if not -(1 << 63) <= span.start_ms <= span.end_ms < 1 << 63:
        raise ValueError(f"no record can be of [{span.start_ms}, {span.end_ms})")
    return span


def checksum(  # noqa: PLR0913 - a record has these columns
    seq: int, kind: int, lane: int, meter: int, span: Span, data: bytes
) -> int:
    """Give the CRC-32 of a record: its address and its span as well as its body."""
    head = HEADER.pack(seq, kind, lane, meter, span.start_ms, span.end_ms)
    return zlib.crc32(data, zlib.crc32(head))


def sound(row: Row) -> bool:
    """Tell whether a record, read by COLUMNS, is what was written."""
    seq, kind, lane, meter, start_ms, end_ms, crc, body = row
    try:
        span = Span("", start_ms, end_ms)
        return checksum(seq, kind, lane, meter, span, body) == int(crc)
    except (struct.error, TypeError, ValueError):
        return False  # a damaged column may hold anything


class Writing(Protocol):
    """Anything that a transaction writes in the order of its arrival."""

    @property
    def size(self) -> int:
        """Give about how many bytes it holds in memory."""
        ...

    def write(self, transaction: Transaction) -> object:
        """Write it."""
        ...


@dataclass(slots=True)
class Transaction:
    """One transaction while it runs; what it holds is committed together, or not."""

    log: Log
    database: Database
    seq: int
    now_ms: int

    @property
    def tail(self) -> Address:
        """Give the address of the last record so far."""
        return Address(self.log.epochs.epochs[-1], self.seq)

    def append(self, body: Body, lane: Lane) -> Address:
        """Append a body; its address holds once the transaction is committed."""
        return self.log.entry(body, lane).write(self)

    def insert(self, kind: int, lane: int, span: Span, data: bytes) -> Address:
        """Insert a record at the next seq."""
        self.seq += 1
        self.insert_at(self.seq, kind, lane, span, data)
        return self.tail

    def insert_at(
        self, seq: int, kind: int, lane: int, span: Span, data: bytes
    ) -> None:
        """Insert a record where another was, or at the next seq."""
        meter = self.number(span.meter)
        crc = checksum(seq, kind, lane, meter, span, data)
        row = (seq, int(kind), lane, meter, span.start_ms, span.end_ms, crc, data)
        self.database.execute(INSERT, (*row, self.now_ms))

    def number(self, name: str) -> int:
        """Give a name's number, writing it down when it is new."""
        number = self.log.number(name)
        self.log.save_names(self.database)
        return number


Work = Callable[[Transaction], T]


@dataclass(slots=True)
class Outcome:
    """What came of one piece of work in a transaction: a result, or its refusal."""

    result: object = None
    error: Exception | None = None


@dataclass(slots=True)
class Log:
    """The writer's side of one open database."""

    database: Database
    wall_ms: Callable[[], int]
    numbers: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    epochs: Epochs = field(default_factory=lambda: Epochs(()))
    last_seq: int = 0
    erased: Tombstones = field(default_factory=Tombstones)
    _unsaved: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        database: Database,
        wall_ms: Callable[[], int],
        epoch: Callable[[int], int],
        before: Log | None = None,
    ) -> Log:
        """Take an open database up; `epoch` is asked when it needs a new one.

        `before` is the log that this one stands in for: numbers given to names by it,
        which blocks that wait in memory already hold, stay what they are.
        """
        log = cls(database, wall_ms)
        for number, name in database.execute("SELECT number, name FROM name"):
            log.numbers[name], log.names[number] = number, name
        if before is not None:
            log.numbers |= before.numbers
            log.names |= before.names
            log._unsaved = dict(before.numbers)
        ((highest,),) = database.execute("SELECT max(seq) FROM record")
        rows = database.execute("SELECT name, value FROM mark")
        marks: dict[str, int] = {row[0]: row[1] for row in rows}
        log.last_seq = max(highest or 0, marks.get("seq", 0))
        log._take_epoch(marks, epoch)
        log.obey()
        return log

    def obey(self) -> None:
        """Learn what was erased: nothing of it is written any more."""
        self.erased = Tombstones(erased.read(self.database))

    def _take_epoch(self, marks: dict[str, int], epoch: Callable[[int], int]) -> None:
        rows = self.database.execute(
            "SELECT epoch, after_seq FROM epoch ORDER BY epoch"
        )
        if not rows or marks.get("restored"):
            fresh = epoch(rows[-1][0] if rows else 0)
            with all_or_nothing(self.database):
                self.database.execute(
                    "INSERT INTO epoch VALUES (?, ?)", (fresh, self.last_seq)
                )
                self.database.execute("DELETE FROM mark WHERE name = 'restored'")
            rows = [*rows, (fresh, self.last_seq)]
        self.epochs = Epochs([(row[0], row[1]) for row in rows])

    @property
    def tail(self) -> Address:
        """Give the address of the last record ever committed."""
        return Address(self.epochs.epochs[-1], self.last_seq)

    def number(self, name: str) -> int:
        """Give a name's number in this database, a new one when it is new."""
        number = self.numbers.get(name)
        if number is None:
            number = max(self.names, default=0) + 1
            self.numbers[name] = self._unsaved[name] = number
            self.names[number] = name
        return number

    def save_names(self, database: Database) -> None:
        """Write down the names that are new, in the transaction that needs them."""
        for name, number in self._unsaved.items():
            database.execute("INSERT OR IGNORE INTO name VALUES (?, ?)", (number, name))

    def block(self, samples: Sequence[Sample], lane: Lane) -> Entry:
        """Pack samples of one run; what was erased of them is left out."""
        if self.erased:
            samples = self.erased.samples(samples) or ()
            if not samples:
                return _nothing(lane)
        span = _told(Span(samples[0].meter, samples[0].at_ms, samples[-1].at_ms + 1))
        data = pack(samples, self.number)
        return Entry(Kind.BLOCK, LANES.index(lane), span, data)

    def entry(self, body: Body, lane: Lane) -> Entry:
        """Make a body ready to be written; raise ValueError if no record holds it."""
        if isinstance(body, Block):
            return self.block(body.samples(), lane)
        left = self._left(body) if self.erased else body
        if left is None:
            return _nothing(lane)
        body = left
        baseline = body if isinstance(body, Baseline) else None
        kind, span = kind_of(body), _told(span_of(body))
        return Entry(kind, LANES.index(lane), span, encode(body), baseline)

    def _left(self, body: Body) -> Body | None:
        """Give what is left of a body without what was erased; None for nothing."""
        if isinstance(body, tuple):
            slices = [one for one in body if isinstance(one, Slice)]
            if slices:
                return self.erased.slices(slices) or None
            rows = [one for one in body if isinstance(one, Interval)]
            return self.erased.intervals(rows) or None
        if isinstance(body, Event):
            return None if self.erased.holds(body.meter, body.at_ms) else body
        if isinstance(body, Baseline):
            whole = any(
                one.whole and one.holds(body.at_ms)
                for one in self.erased.of(body.meter)
            )
            return None if whole else body
        if isinstance(body, Correction):
            span = (body.start_ms, body.end_ms)
            return None if self.erased.covers(body.meter, *span) else body
        return body

    def transact(
        self, entries: Sequence[Writing], works: Sequence[Work[object]] = ()
    ) -> list[Outcome]:
        """Commit all this together, or raise and leave everything as it was.

        A piece of work that is refused is undone alone, and its refusal given back.
        """
        database = self.database
        with all_or_nothing(database):
            self.save_names(database)
            transaction = Transaction(self, database, self.last_seq, self.wall_ms())
            for entry in entries:
                entry.write(transaction)
            outcomes = [_attempt(transaction, work) for work in works]
        self.last_seq = transaction.seq
        self._unsaved.clear()
        return outcomes


def _nothing(lane: Lane) -> Entry:
    return Entry(NOTHING, LANES.index(lane), Span("", 0, 0), b"")


def _attempt(transaction: Transaction, work: Work[object]) -> Outcome:
    database, seq = transaction.database, transaction.seq
    database.execute("SAVEPOINT work")
    try:
        outcome = Outcome(result=work(transaction))
    except (DiskFull, DamagedDatabase):
        raise
    except Exception as error:  # noqa: BLE001 - goes back to whoever asked for it
        database.execute("ROLLBACK TO work")
        transaction.seq = seq
        outcome = Outcome(error=error)
    database.execute("RELEASE work")
    return outcome
