"""What the owner had erased: tombstones, which all that comes in later obeys.

They stand in the journal's own file and are read once, by its one writer: whatever a
source brings again, it is let go before it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson

from edge.catalogue import Kind
from edge.facts import Fact, FactKind
from edge.interval import Interval
from edge.journal.database import Database, Row
from edge.registers import CATALOGUE
from edge.sample import Sample, Slice

SELECT = (
    "SELECT number, meter, start_ms, end_ms, at_ms, finished_ms, places FROM erased"
    " ORDER BY number"
)
SHOWN = (FactKind.INDEX, FactKind.ANEW)
"""Facts that hold a number that was counted."""


@dataclass(frozen=True, slots=True)
class Erased:
    """[start, end) of one meter, erased at an instant; of the start of time: all of it.

    `places` says of each place how much went, or in words why it waits still;
    `finished_ms` is None until it is gone everywhere.
    """

    number: int
    meter: str
    start_ms: int
    end_ms: int
    at_ms: int
    finished_ms: int | None = None
    places: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Tell whether all that the meter said up to then is erased."""
        return self.start_ms <= 0

    def holds(self, at_ms: int) -> bool:
        """Tell whether an instant is erased."""
        return self.start_ms <= at_ms < self.end_ms

    def meets(self, start_ms: int, end_ms: int) -> bool:
        """Tell whether a span has any of it."""
        return start_ms < self.end_ms and self.start_ms < max(end_ms, start_ms + 1)

    def covers(self, start_ms: int, end_ms: int) -> bool:
        """Tell whether a span lies wholly within."""
        return self.start_ms <= start_ms and end_ms <= self.end_ms

    def takes(self, register: str, start_ms: int, end_ms: int) -> bool:
        """Tell whether an amount of a span goes: one within, one that shows a part.

        A counter's amount over more than was erased stays: neighbouring indexes say
        the same. The highest power of a day may be that of an erased hour: it goes.
        """
        if self.covers(start_ms, end_ms):
            return True
        counted = register in CATALOGUE and CATALOGUE[register].kind is Kind.INDEX
        return not counted and self.meets(start_ms, end_ms)


@dataclass(frozen=True, slots=True)
class Tombstones:
    """All that was erased of a home; false while nothing was."""

    stones: Sequence[Erased] = ()

    def __bool__(self) -> bool:
        return bool(self.stones)

    def of(self, meter: str) -> Iterator[Erased]:
        """Give those of a meter."""
        return (one for one in self.stones if one.meter == meter)

    def holds(self, meter: str, at_ms: int) -> bool:
        """Tell whether an instant of a meter is erased."""
        return any(one.holds(at_ms) for one in self.of(meter))

    def covers(self, meter: str, start_ms: int, end_ms: int) -> bool:
        """Tell whether a span of a meter lies wholly within what is erased."""
        return any(one.covers(start_ms, end_ms) for one in self.of(meter))

    def samples(self, some: Sequence[Sample]) -> list[Sample]:
        """Keep the samples that were not erased."""
        return [one for one in some if not self.holds(one.meter, one.at_ms)]

    def slices(self, some: Iterable[Slice]) -> tuple[Slice, ...]:
        """Keep the slices that were not, without a counter's stand at such instants."""
        kept = []
        for one in some:
            mine = list(self.of(one.meter))
            if any(e.takes(one.register, one.start_ms, one.end_ms) for e in mine):
                continue
            shows = any(e.start_ms < one.end_ms < e.end_ms for e in mine)
            if shows and one.index_end is not None:
                one = replace(one, index_end=None)  # noqa: PLW2901 - the same without it
            kept.append(one)
        return tuple(kept)

    def intervals(self, some: Iterable[Interval]) -> tuple[Interval, ...]:
        """Keep the rows that were not: made from now on, of what is left.

        Those that span more than was erased are rolled without it.
        """
        return tuple(
            one for one in some if not self.covers(one.meter, one.start_ms, one.end_ms)
        )

    def facts(self, some: Iterable[Fact]) -> list[Fact]:
        """Keep the facts that were not."""
        return [
            one
            for one in some
            if not any(erases(stone, one) for stone in self.of(one.meter))
        ]


def erases(stone: Erased, fact: Fact) -> bool:
    """Tell whether a fact goes: one that is over by then, or shows a count.

    A contract that goes on says what comes after; it goes with all of its meter.
    """
    if fact.kind in SHOWN or stone.whole:
        return stone.holds(fact.start_ms)
    return fact.end_ms is not None and stone.covers(fact.start_ms, fact.end_ms)


def read(database: Database) -> list[Erased]:
    """Give every tombstone, oldest first."""
    return [_read(row) for row in database.execute(SELECT)]


def _read(row: Row) -> Erased:
    number, meter, start_ms, end_ms, at_ms, finished_ms, places = row
    told = orjson.loads(places)
    return Erased(number, meter, start_ms, end_ms, at_ms, finished_ms, told)


def put(database: Database, stones: Iterable[Erased]) -> list[int]:
    """Write tombstones down; give their numbers."""
    numbers = []
    for one in stones:
        database.execute(
            "INSERT INTO erased (meter, start_ms, end_ms, at_ms, places)"
            " VALUES (?, ?, ?, ?, '{}')",
            (one.meter, one.start_ms, one.end_ms, one.at_ms),
        )
        ((number,),) = database.execute("SELECT last_insert_rowid()")
        numbers.append(int(number))
    return numbers


def note(database: Database, stone: Erased) -> None:
    """Note how far an erasure has come."""
    database.execute(
        "UPDATE erased SET places = ?, finished_ms = ? WHERE number = ?",
        (
            orjson.dumps(dict(stone.places)).decode(),
            stone.finished_ms,
            stone.number,
        ),
    )
