"""From a store into another: what a journal no longer has, piece by piece.

Doing it again changes nothing: newer rows stand, readings are joined, days of minutes
that are kept stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from edge.calendar import DAY_MS, HOUR_MS
from edge.interval import INTERVAL_STEPS, Interval, Step
from edge.journal.block import Block
from edge.record import Address, Baseline, Body, Correction, Lane, Record
from edge.rollup.track import Column, Track
from edge.stores.protocol import Store

BEFORE_ALL = Address(0, 0)
"""Of no journal: a record of it moves no cursor."""
ROWS = 4000
EVER_MS = 1 << 50


def copy(source: Store, target: Store) -> Iterator[None]:
    """Copy all that a store holds; yields after each piece, so that others get a turn.

    Raises StoreError of either.
    """
    for meter, registers in source.meters().items():
        yield from _words(source, target, meter)
        for register in registers:
            yield from _slices(source, target, meter, register)
            for step in INTERVAL_STEPS:
                yield from _rows(source, target, (meter, register, step))
        yield from _readings(source, target, meter)
        yield from minutes(source, target, meter, 0)


def ended(steps: Iterator[None]) -> bool:
    """Take a step; tell whether there was none left."""
    return next(steps, steps) is steps


def minutes(source: Store, target: Store, meter: str, since_ms: int) -> Iterator[None]:
    """Copy the days of 1min rows since an instant that the target has not kept."""
    there = source.minutes_kept(meter, since_ms, EVER_MS)
    for day in sorted(there - target.minutes_kept(meter, since_ms, EVER_MS)):
        rows: list[Interval] = []
        for register in source.meters().get(meter, ()):
            span = (day, day + DAY_MS)
            rows += source.intervals(meter, register, Step.MIN1, *span, ROWS)
        target.keep_minutes(meter, day, rows)
        yield


def _record(meter: str, body: Body, number: int = 0) -> Record:
    address = Address(BEFORE_ALL.epoch, number)
    return Record(address, Lane.HISTORY, meter, 0, 0, body)


def _words(source: Store, target: Store, meter: str) -> Iterator[None]:
    """Copy the owner's words that the target lacks, in their order."""
    told: Sequence[Baseline | Correction] = [
        *_lacking(source.baselines(meter), target.baselines(meter)),
        *_lacking(source.corrections(meter), target.corrections(meter)),
    ]
    if told:
        target.project([_record(meter, body, n) for n, body in enumerate(told)])
    yield


def _lacking(
    there: Sequence[Baseline | Correction], here: Sequence[Baseline | Correction]
) -> list[Baseline | Correction]:
    return [word for word in there if word not in here]


def _slices(source: Store, target: Store, meter: str, name: str) -> Iterator[None]:
    start_ms = -EVER_MS
    while some := source.slices(meter, name, start_ms, EVER_MS, ROWS):
        target.project([_record(meter, tuple(some))])
        yield
        if len(some) < ROWS:
            return
        last_ms = some[-1].start_ms
        start_ms = last_ms if last_ms > start_ms else last_ms + 1


def _rows(source: Store, target: Store, of: tuple[str, str, Step]) -> Iterator[None]:
    start_ms = -EVER_MS
    while some := source.intervals(*of, start_ms, EVER_MS, ROWS):
        target.project([_record(of[0], tuple(some))])
        yield
        start_ms = some[-1].start_ms + 1


def _readings(source: Store, target: Store, meter: str) -> Iterator[None]:
    """Copy the hours of readings that the target has otherwise, or not at all."""
    heard = source.heard(meter)
    if heard is None:
        return
    pruned_ms = target.pruned_ms(meter)
    first = max(heard[0], pruned_ms) // HOUR_MS * HOUR_MS
    for hour in range(first, heard[1] + 1, HOUR_MS):
        track = source.track(meter, hour, hour + HOUR_MS)
        there = target.track(meter, hour, hour + HOUR_MS)
        if len(track) and not same(track, there):
            runs = Block.runs(track.samples())
            target.project([_record(meter, Block.of(run)) for run in runs])
        yield


def same(one: Track, other: Track) -> bool:
    """Tell whether two tracks say the same; what may be equal in other words isn't."""
    return (
        np.array_equal(one.instants, other.instants)
        and one.columns.keys() == other.columns.keys()
        and one.marks == other.marks
        and np.array_equal(one.mark, other.mark)
        and all(
            _alike(column, other.columns[name]) for name, column in one.columns.items()
        )
    )


def _alike(one: Column, other: Column) -> bool:
    return (
        np.array_equal(one.at, other.at)
        and np.array_equal(one.values, other.values)
        and np.array_equal(one.state, other.state)
    )
