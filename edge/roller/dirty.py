"""What must be rolled again, and how far around it one has to look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.calendar import HOUR_MS, Instants
from edge.record import Correction
from edge.roller.halves import Halves, known_instants
from edge.roller.history import History
from edge.roller.state import MeterState, RegisterState
from edge.rollup.track import Track, join
from edge.sample import Sample

WIDEST_MS = 400 * 24 * HOUR_MS
"""No silence longer than this is looked across."""


@dataclass(frozen=True, slots=True)
class Dirty:
    """What was said late of these registers over [first, last], both included."""

    first_ms: int
    last_ms: int
    registers: frozenset[str]
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A track around what is dirty, and the half-hours of each register to roll."""

    track: Track
    spans: dict[str, tuple[int, int]]


def look_around(
    history: History, halves: Halves, state: MeterState, dirty: Dirty
) -> Window:
    """Load what is around until each register's neighbours are seen on both sides."""
    margin = HOUR_MS
    names = halves.numeric(sorted(dirty.registers))
    while True:
        start = halves.floor(dirty.first_ms) - margin
        end = dirty.last_ms + 1 + margin
        track = history.track(halves.meter, start, end)
        track = _anchored(track, state, names, (start, end))
        known = {name: known_instants(track, name) for name in names}
        spans = {name: _span(known[name], halves, dirty, name) for name in names}
        heard = end > (state.heard_ms or 0)
        enough = all(
            _behind(known[name], spans[name], dirty, state.registers.get(name))
            and (heard or _ahead(known[name], spans[name], dirty))
            for name in names
        )
        if enough or margin >= WIDEST_MS:
            return Window(track, spans)
        margin *= 4


def _anchored(
    track: Track, state: MeterState, names: list[str], over: tuple[int, int]
) -> Track:
    """Add the first values ever known, which outlive the readings that told them."""
    firsts = [
        (known.first.at_ms, name, known.first.value)
        for name in names
        if (known := state.registers.get(name)) and known.first is not None
    ]
    missing = [
        Sample(track.meter, at, {name: value})
        for at, name, value in firsts
        if over[0] <= at < over[1] and not _speaks(track, name, at)
    ]
    return join([track, Track.from_samples(missing)]) if missing else track


def _speaks(track: Track, name: str, at_ms: int) -> bool:
    place = int(np.searchsorted(track.instants, at_ms))
    here = place < len(track) and int(track.instants[place]) == at_ms
    return here and name in track.columns


def _span(known: Instants, halves: Halves, dirty: Dirty, name: str) -> tuple[int, int]:
    """Give the half-hours that what is dirty can change.

    Of an instant, those that the words touch, hold included; of an index, up to its
    neighbours, since what lies between is interpolated between them.
    """
    first, last = dirty.first_ms, dirty.last_ms + halves.hold_ms
    if halves.index(name):
        before, after = known[known < dirty.first_ms], known[known > dirty.last_ms]
        if len(before) and dirty.first_ms - before[-1] > halves.hold_ms:
            first = int(before[-1])
        if len(after):
            last = max(last, int(after[0]))
    return halves.floor(first), halves.ceiling(last)


def _behind(
    known: Instants, span: tuple[int, int], dirty: Dirty, state: RegisterState | None
) -> bool:
    """Tell whether what was known before is in the track, or was never known."""
    if state is None or state.first is None or span[0] <= state.first.at_ms:
        return True
    return bool(len(known)) and known[0] <= span[0] and known[0] < dirty.first_ms


def _ahead(known: Instants, span: tuple[int, int], dirty: Dirty) -> bool:
    """Tell whether what is known after is in the track."""
    return bool(len(known)) and known[-1] >= span[1] and known[-1] > dirty.last_ms
