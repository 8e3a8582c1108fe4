"""Boundary indexes and weighted instants: one register's track cut into intervals.

The index at a boundary is the last at or before it. Where the meter was silent for
longer than the hold and the index moved meanwhile, it is interpolated over the silence,
floored, and marked. Before the first known index it is the first, after the last the
last. An amount is the index at the end less that at the start: amounts of parts add up
to that of the whole, always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.calendar import Instants
from edge.rollup.known import Known
from edge.rollup.part import BLUR, Part
from edge.rollup.track import Column, Mark, State, Track
from edge.sample import Quality

HOLD_MS = 10_000
"""How long a word of a Linky holds: five frames of the slowest (1200 baud)."""

SILENCE = Mark(Quality.RAW, "")
NOTHING_LOW = np.iinfo(np.int64).max
NOTHING_HIGH = np.iinfo(np.int64).min


class Anchor(NamedTuple):
    """A register's known index or value outside the track at hand.

    `lost_ms` is when the meter first said that it knows it no more, if it did.
    """

    at_ms: int
    value: int
    lost_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Offsets:
    """What is added to a raw index from each baseline on (edge.record.Baseline)."""

    since: tuple[int, ...] = ()
    offsets: tuple[int, ...] = ()

    def at(self, instants: Instants) -> Instants:
        """Give the offset at each instant."""
        found = np.searchsorted(np.array(self.since, dtype=np.int64), instants, "right")
        return np.array((0, *self.offsets), dtype=np.int64)[found]


@dataclass(frozen=True, slots=True)
class Context:
    """What a track alone doesn't tell: its neighbours, where time stands, baselines.

    `end_ms` is up to when the meter was heard: its last word holds no further.
    """

    end_ms: int
    hold_ms: int = HOLD_MS
    before: Anchor | None = None
    after: Anchor | None = None
    offsets: Offsets = Offsets()


@dataclass(frozen=True, slots=True, eq=False)
class Rolled:
    """One register over consecutive intervals, in columns.

    `exists` tells which intervals hold something; of an index, `value` is the amount
    and `index` what it showed at the end; `weighted` is an instant's Σ value × ms.
    """

    edges: Instants
    exists: NDArray[np.bool_]
    known_ms: Instants
    value: Instants | None = None
    index: Instants | None = None
    interpolated: NDArray[np.bool_] | None = None
    weighted: Instants | None = None
    minimum: Instants | None = None
    maximum: Instants | None = None

    def parts(self, track: Track, register: str) -> list[Part | None]:
        """Give each interval's part, None where nothing is known."""
        marks = markings(track, register, self.edges)
        return [self._part(i, *marks[i]) for i in range(len(self.exists))]

    def _part(self, i: int, quality: Quality, sources: str) -> Part | None:
        if not self.exists[i]:
            return None
        known_ms = int(self.known_ms[i])
        if self.value is not None:
            if self.interpolated is not None and self.interpolated[i]:
                quality = Quality.INTERPOLATED
            return Part(int(self.value[i]), known_ms, quality=quality, sources=sources)
        assert self.weighted is not None  # noqa: S101 - one of the two kinds, by construction
        assert self.minimum is not None  # noqa: S101 - same
        assert self.maximum is not None  # noqa: S101 - same
        return Part(
            None,
            known_ms,
            int(self.weighted[i]),
            int(self.minimum[i]),
            int(self.maximum[i]),
            quality,
            sources,
        )


def words_of(track: Track, register: str, context: Context) -> Column:
    """Give every word on a register, its neighbours outside the track included."""
    found = track.columns.get(register)
    pieces = []
    before, after = context.before, context.after
    if before is not None:
        lost = before.lost_ms
        said = [(before.at_ms, before.value, State.KNOWN)]
        if lost is not None:
            said.append((lost, 0, State.UNKNOWN))
        pieces.append(_column(said))
    if found is not None:
        pieces.append(found.spread(track.instants))
    if after is not None:
        pieces.append(_column([(after.at_ms, after.value, State.KNOWN)]))
    if len(pieces) == 1:
        return pieces[0]
    if not pieces:
        return _column([])
    return Column(
        np.concatenate([piece.at for piece in pieces]),
        np.concatenate([piece.values for piece in pieces]),
        np.concatenate([piece.state for piece in pieces]),
    )


def roll_index(
    track: Track, register: str, edges: Instants, context: Context
) -> Rolled:
    """Cut an index into the amounts of the intervals between edges."""
    words = words_of(track, register, context)
    known = Known.of(words, context.end_ms, context.hold_ms)
    points = known.points
    if not len(points):
        return _nothing(edges)
    last = len(points) - 1
    found = np.searchsorted(points, edges, side="right") - 1
    low = np.maximum(found, 0)
    high = np.minimum(low + 1, last)
    since, until = points[low], points[high]
    index = known.values[low] + context.offsets.at(since)
    next_index = known.values[high] + context.offsets.at(until)
    silent = (edges > since) & (until > edges) & (until - since > context.hold_ms)
    silent &= index != next_index
    for i in np.nonzero(silent)[0].tolist():  # few; Python's integers don't overflow
        moved = int(next_index[i]) - int(index[i])
        waited, silence = int(edges[i] - since[i]), int(until[i] - since[i])
        index[i] += moved * waited // silence
    known_ms = np.diff(known.before(edges))
    between = (edges[1:] > points[0]) & (edges[:-1] <= points[last])
    return Rolled(
        edges,
        between | (known_ms > 0),
        known_ms,
        value=np.diff(index),
        index=index[1:],
        interpolated=silent[1:] | silent[:-1],
    )


def roll_instant(
    track: Track, register: str, edges: Instants, context: Context
) -> Rolled:
    """Weigh an instant over the known time of the intervals between edges."""
    words = words_of(track, register, context)
    known = Known.of(words, context.end_ms, context.hold_ms)
    known_ms = np.diff(known.before(edges))
    if not len(known.points):
        return _nothing(edges)
    steps = words.spoken().changes()
    inside = steps.at[(steps.at > edges[0]) & (steps.at < edges[-1])]
    cuts = np.union1d(inside, edges)
    held = np.diff(known.before(cuts))
    values = steps.values[np.maximum(steps.ruling(cuts[:-1]), 0)]
    starts = np.searchsorted(cuts, edges[:-1])
    silent = held == 0
    return Rolled(
        edges,
        known_ms > 0,
        known_ms,
        weighted=np.add.reduceat(values * held, starts),
        minimum=np.minimum.reduceat(np.where(silent, NOTHING_LOW, values), starts),
        maximum=np.maximum.reduceat(np.where(silent, NOTHING_HIGH, values), starts),
    )


def markings(track: Track, register: str, edges: Instants) -> list[tuple[Quality, str]]:
    """Give each interval's quality and sources: those of the words said within it."""
    spoken, mark = track.spoken(register)
    low, high = np.searchsorted(spoken, (edges[:-1], edges[1:])).tolist()
    if len(track.marks) == 1:
        one = track.marks[0]
        return [
            one if stop > start else SILENCE
            for start, stop in zip(low, high, strict=True)
        ]
    return [
        _together([track.marks[i] for i in np.unique(mark[start:stop])])
        for start, stop in zip(low, high, strict=True)
    ]


def _together(marks: Sequence[Mark]) -> tuple[Quality, str]:
    if not marks:
        return SILENCE
    quality = max((mark.quality for mark in marks), key=BLUR.__getitem__)
    return quality, "+".join(sorted({mark.origin for mark in marks}))


def _nothing(edges: Instants) -> Rolled:
    count = len(edges) - 1
    return Rolled(edges, np.zeros(count, dtype=bool), np.zeros(count, dtype=np.int64))


def _column(said: Sequence[tuple[int, int, State]]) -> Column:
    at, values, state = ([row[i] for row in said] for i in range(3))
    return Column(
        np.array(at, dtype=np.int64),
        np.array(values, dtype=np.int64),
        np.array(state, dtype=np.int8),
    )
