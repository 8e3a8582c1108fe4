"""A track: what one meter said over a span, in columns, each holding changes only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge.calendar import Instants
from edge.journal.packing import YES
from edge.sample import Quality, Sample, Value

if TYPE_CHECKING:
    from edge.journal.block import Block

Values: TypeAlias = NDArray[Any]
"""int64 for numbers; object for texts, or texts and numbers together."""

NO_INSTANTS: Instants = np.zeros(0, dtype=np.int64)


class State(IntEnum):
    """What an instant says of a register: nothing at all, unknown, or a value."""

    ABSENT = 0
    UNKNOWN = 1
    KNOWN = 2


class Mark(NamedTuple):
    """Where an instant comes from, and how far it may be trusted."""

    quality: Quality
    origin: str


KNOWN_ONCE = np.full(1, State.KNOWN, dtype=np.int8)
KNOWN_ONCE.flags.writeable = False

RAW_TIC = Mark(Quality.RAW, "tic")


class Column(NamedTuple):
    """One register: at each of `at`, its state and value become these.

    A NamedTuple, since a block of 30 s makes forty of them.
    """

    at: Instants
    values: Values
    state: NDArray[np.int8]

    def changes(self) -> Column:
        """Drop what repeats the entry before."""
        if len(self.at) < 2:
            return self
        state, values = self.state, self.values
        keep = np.empty(len(self.at), dtype=bool)
        keep[0] = True
        np.not_equal(values[1:], values[:-1], out=keep[1:], casting="unsafe")
        keep[1:] &= state[1:] == State.KNOWN
        keep[1:] |= state[1:] != state[:-1]
        return Column(self.at[keep], values[keep], state[keep])

    def spoken(self) -> Column:
        """Drop the entries that say nothing."""
        spoken = self.state != State.ABSENT
        if spoken.all():
            return self
        return Column(self.at[spoken], self.values[spoken], self.state[spoken])

    def ruling(self, instants: Instants) -> NDArray[np.intp]:
        """Find the entry that rules at each instant; -1 before the first."""
        return np.searchsorted(self.at, instants, side="right") - 1

    def spread(self, instants: Instants) -> Column:
        """Give state and value at each of these instants, absent before the first."""
        if len(self.at) == 1 and len(instants) and self.at[0] <= instants[0]:
            size = len(instants)  # one word for all, as of most registers
            return Column(instants, self.values.repeat(size), self.state.repeat(size))
        found = self.ruling(instants)
        early = found < 0
        found[early] = 0
        state = self.state[found]
        state[early] = State.ABSENT
        return Column(instants, self.values[found], state)


def column(at: Sequence[int], values: Sequence[Any]) -> Column:
    """Make a column out of plain values, None for unknown."""
    state = [State.UNKNOWN if value is None else State.KNOWN for value in values]
    whole = all(value is None or type(value) is int for value in values)
    filled = [0 if value is None else value for value in values]
    array = np.array(filled, dtype=np.int64 if whole else object)
    return Column(
        np.array(at, dtype=np.int64), array, np.array(state, dtype=np.int8)
    ).changes()


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What one meter said: its instants, and a column a register.

    `mark[i]` is the place in `marks` of where instant i comes from.
    """

    meter: str
    instants: Instants
    columns: dict[str, Column]
    mark: NDArray[np.int8]
    marks: tuple[Mark, ...] = field(default=(RAW_TIC,))

    def __len__(self) -> int:
        return len(self.instants)

    @classmethod
    def empty(cls, meter: str) -> Track:
        """Give a track of nothing."""
        return cls(meter, NO_INSTANTS, {}, np.zeros(0, dtype=np.int8))

    @classmethod
    def of(cls, block: Block) -> Track:
        """Read a journal's block, without making samples of it."""
        columns = {}
        for name, (at, values, known) in block.columns().items():
            once = known is YES
            state = KNOWN_ONCE if once else known.astype(np.int8) + np.int8(1)
            columns[name] = Column(at, values, state)
        instants = block.instants_ms
        mark = np.zeros(len(instants), dtype=np.int8)
        return cls(
            block.meter, instants, columns, mark, (Mark(block.quality, block.origin),)
        )

    @classmethod
    def from_samples(cls, samples: Iterable[Sample]) -> Track:
        """Build a track out of samples of one meter, in any order, repeated or not."""
        pieces = [
            cls(
                sample.meter,
                np.array([sample.at_ms], dtype=np.int64),
                {
                    name: column([sample.at_ms], [value])
                    for name, value in sample.values.items()
                },
                np.zeros(1, dtype=np.int8),
                (Mark(sample.quality, sample.origin),),
            )
            for sample in samples
        ]
        return join(pieces)

    def only(self, registers: Sequence[str] | None) -> Track:
        """Keep the columns of these registers; of all for None."""
        if registers is None:
            return self
        kept = {n: self.columns[n] for n in registers if n in self.columns}
        return Track(self.meter, self.instants, kept, self.mark, self.marks)

    def samples(self) -> list[Sample]:
        """Give it as samples, each the full picture of its moment."""
        pictures: list[dict[str, Value]] = [{} for _ in range(len(self))]
        for name, one in self.columns.items():
            words = one.spread(self.instants)
            cells = zip(words.values.tolist(), words.state.tolist(), strict=True)
            for picture, (value, state) in zip(pictures, cells, strict=True):
                if state != State.ABSENT:
                    picture[name] = value if state == State.KNOWN else None
        told = zip(self.instants.tolist(), pictures, self.mark.tolist(), strict=True)
        return [
            Sample(self.meter, at, picture, *self.marks[mark])
            for at, picture, mark in told
        ]

    def spoken(self, register: str) -> tuple[Instants, NDArray[np.int8]]:
        """Give the instants at which the meter spoke of a register, and their marks."""
        one = self.columns.get(register)
        if one is None:
            return NO_INSTANTS, self.mark[:0]
        if one.at[0] == self.instants[0] and (one.state != State.ABSENT).all():
            return self.instants, self.mark
        spoken = one.spread(self.instants).state != State.ABSENT
        return self.instants[spoken], self.mark[spoken]

    def clip(self, start_ms: int, end_ms: int) -> Track:
        """Give the part of it over [start, end)."""
        low, high = np.searchsorted(self.instants, (start_ms, end_ms))
        instants = self.instants[low:high]
        if len(instants) == len(self.instants) or not len(instants):
            return self if len(instants) else Track.empty(self.meter)
        columns = {}
        start, stop = int(instants[0]), int(instants[-1])
        for name, one in self.columns.items():
            if len(one.at) == 1:  # most registers: nothing to look for
                at_ms = int(one.at[0])
                if at_ms <= stop:
                    at = one.at if at_ms >= start else instants[:1]
                    columns[name] = Column(at, one.values, one.state)
                continue
            first = int(np.searchsorted(one.at, instants[0], side="right")) - 1
            last = int(np.searchsorted(one.at, instants[-1], side="right"))
            at = one.at[max(first, 0) : last]
            if len(at) and at[0] < instants[0]:
                at = at.copy()
                at[0] = instants[0]
            if len(at):
                span = slice(max(first, 0), last)
                columns[name] = Column(at, one.values[span], one.state[span])
        return Track(self.meter, instants, columns, self.mark[low:high], self.marks)


def join(tracks: Sequence[Track]) -> Track:
    """Join tracks of one meter, whatever their order: the same instants, once each.

    At one instant a value beats unknown, unknown beats nothing, and the higher of two
    values stays: the result depends neither on the order nor on repetition.
    """
    filled = sorted(
        (track for track in tracks if len(track)), key=lambda t: int(t.instants[0])
    )
    if len(filled) < 2:
        return filled[0] if filled else Track.empty(tracks[0].meter if tracks else "")
    marks = tuple(sorted({mark for track in filled for mark in track.marks}, key=_rank))
    apart = all(
        before.instants[-1] < after.instants[0] for before, after in pairwise(filled)
    )
    return _append(filled, marks) if apart else _merge(filled, marks)


_RANKS = {quality: rank for rank, quality in enumerate(Quality)}


def _rank(mark: Mark) -> tuple[int, str]:
    return _RANKS[mark.quality], mark.origin


def _remark(track: Track, marks: tuple[Mark, ...]) -> NDArray[np.int8]:
    if track.marks == marks:
        return track.mark
    return np.array([marks.index(m) for m in track.marks], dtype=np.int8)[track.mark]


def _append(tracks: list[Track], marks: tuple[Mark, ...]) -> Track:
    """Join tracks that follow each other."""
    pieces: dict[str, list[Column]] = {}
    open_: set[str] = set()
    for track in tracks:
        for name in open_ - track.columns.keys():  # this track doesn't speak of it
            pieces[name].append(_absence(track.instants[:1]))
        for name, one in track.columns.items():
            before = pieces.setdefault(name, [])
            if name in open_ and one.at[0] > track.instants[0]:
                before.append(_absence(track.instants[:1]))
            before.append(one)
        open_ = set(track.columns)
    columns = {name: _concatenate(parts).changes() for name, parts in pieces.items()}
    return Track(
        tracks[0].meter,
        np.concatenate([track.instants for track in tracks]),
        columns,
        np.concatenate([_remark(track, marks) for track in tracks]),
        marks,
    )


def _absence(at: Instants) -> Column:
    return Column(
        at, np.zeros(1, dtype=np.int64), np.array([State.ABSENT], dtype=np.int8)
    )


def _concatenate(parts: list[Column]) -> Column:
    if len(parts) == 1:
        return parts[0]
    return Column(
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.state for part in parts]),
    )


def _merge(tracks: list[Track], marks: tuple[Mark, ...]) -> Track:
    """Join tracks that overlap: every register at every instant, the best word kept."""
    times = np.concatenate([track.instants for track in tracks])
    instants, place = np.unique(times, return_inverse=True)
    mark = np.zeros(len(instants), dtype=np.int8)
    np.maximum.at(mark, place, np.concatenate([_remark(t, marks) for t in tracks]))
    columns = {}
    for name in dict.fromkeys(name for track in tracks for name in track.columns):
        spread = [
            t.columns[name].spread(t.instants) for t in tracks if name in t.columns
        ]
        columns[name] = _best(_concatenate(spread), instants)
    return Track(tracks[0].meter, instants, columns, mark, marks)


def _best(words: Column, instants: Instants) -> Column:
    """Keep the best word on each instant."""
    order = np.lexsort((_ranks(words), words.state, words.at))
    at = words.at[order]
    last = np.ones(len(at), dtype=bool)
    last[:-1] = at[1:] != at[:-1]
    best = order[last]
    at = at[last]
    state = np.full(len(instants), State.ABSENT, dtype=np.int8)
    values = np.zeros(len(instants), dtype=words.values.dtype)
    place = np.searchsorted(instants, at)
    state[place] = words.state[best]
    values[place] = words.values[best]
    one = Column(instants, values, state).changes()
    start = 1 if one.state[0] == State.ABSENT and len(one.at) > 1 else 0
    return Column(one.at[start:], one.values[start:], one.state[start:])


def _ranks(words: Column) -> NDArray[Any]:
    """Give numbers that sort as the values do: a text behind any number."""
    if words.values.dtype != object:
        return words.values
    ranks = np.zeros(len(words.at), dtype=np.intp)
    known = words.state == State.KNOWN  # else a value means nothing
    values = words.values[known].tolist()
    # few texts, many times each: each is compared once, not at every instant
    ordered = sorted(set(values), key=lambda value: (isinstance(value, str), value))
    rank = {value: number for number, value in enumerate(ordered)}
    ranks[known] = [rank[value] for value in values]
    return ranks
