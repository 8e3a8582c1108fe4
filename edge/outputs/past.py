"""A stretch of a meter's past that is worth reading again, and how such are merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from edge.calendar import Calendar
from edge.interval import Interval, Step
from edge.journal.pruning import PRUNED
from edge.merging.peaks import Peaks
from edge.record import Address, Record
from edge.registers import CATALOGUE
from edge.registers.electricity import CURVES
from edge.sample import Gap, Slice


@dataclass(frozen=True, slots=True)
class Past:
    """[start, end) of some registers of one meter; none: which is not known."""

    meter: str
    registers: frozenset[str]
    start_ms: int
    end_ms: int

    def __or__(self, other: Past) -> Past:
        """Give one stretch that holds both."""
        return Past(
            self.meter,
            self.registers | other.registers,
            min(self.start_ms, other.start_ms),
            max(self.end_ms, other.end_ms),
        )


def merged(*some: Iterable[Past]) -> tuple[Past, ...]:
    """Give one stretch a meter, which holds all of its own."""
    found: dict[str, Past] = {}
    for past in chain(*some):
        known = found.get(past.meter)
        found[past.meter] = past if known is None else known | past
    return tuple(found.values())


def rows_of(record: Record) -> list[Interval]:
    """Give the intervals of a record."""
    body = record.body
    if not isinstance(body, tuple):
        return []
    return [row for row in body if isinstance(row, Interval)]


def peaks_of(record: Record, calendar: Calendar) -> list[Interval]:
    """Give the days whose largest a record of the home's own meter tells."""
    body = record.body
    if not isinstance(body, tuple):
        return []
    return [
        row
        for one in body
        if isinstance(one, Slice)
        and one.register in CATALOGUE
        and CATALOGUE[one.register].peak
        for row in Peaks(
            one.meter, CATALOGUE[one.register], calendar, purpose=None
        ).rows(Step.DAY, [one])
    ]


def pruned(records: Iterable[Record]) -> list[Past]:
    """Give what the journal let go before it was delivered: the store has it."""
    return [
        Past(record.meter, frozenset(), record.start_ms, record.end_ms)
        for record in records
        if isinstance(record.body, Gap) and record.body.reason == PRUNED
    ]


@dataclass(frozen=True, slots=True)
class PastPage:
    """Some records of the past: a stretch a meter, and the rows that are few enough."""

    last: Address
    told: tuple[Past, ...]
    rows: list[Interval]


def page_of(records: Sequence[Record], room: int) -> PastPage | None:
    """Give what records of the past tell, with no more than `room` rows; None of none.

    Rows counted anew, what an operator said, gaps.
    """
    if not records:
        return None
    rows = chain.from_iterable(map(rows_of, records))
    told = merged(pruned(records), *map(_stretches, records))
    return PastPage(records[-1].address, told, list(islice(rows, room)))


def _stretches(record: Record) -> Iterator[Past]:
    """Give a stretch a meter and register of a record: it may hold thousands."""
    body = record.body
    if not isinstance(body, tuple):
        return
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for one in body:
        if isinstance(one, Interval | Slice):
            of = (one.meter, one.register)
            start, end = found.get(of, (one.start_ms, one.end_ms))
            found[of] = (min(start, one.start_ms), max(end, one.end_ms))
    for (meter, register), (start, end) in found.items():
        # a load curve becomes rows of the index that it is the slope of
        names = {register, CURVES.get(register, register)}
        yield Past(meter, frozenset(names), start, end)
