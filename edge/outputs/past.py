"""A stretch of a meter's past that is worth reading again, and how such are merged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from edge.interval import Interval
from edge.journal.pruning import PRUNED
from edge.record import Record
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


def pruned(records: Iterable[Record]) -> list[Past]:
    """Give what the journal let go before it was delivered: the store has it."""
    return [
        Past(record.meter, frozenset(), record.start_ms, record.end_ms)
        for record in records
        if isinstance(record.body, Gap) and record.body.reason == PRUNED
    ]


def pasts(records: Iterable[Record]) -> list[Past]:
    """Give what came to the past: rows counted anew, what an operator said, gaps."""
    some = list(records)
    told = [
        Past(one.meter, frozenset((one.register,)), one.start_ms, one.end_ms)
        for record in some
        if isinstance(record.body, tuple)
        for one in record.body
        if isinstance(one, Interval | Slice)
    ]
    return told + pruned(some)
