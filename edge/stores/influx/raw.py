"""Readings at full rate as points: a point an instant, fields only where they change.

Every instant has a point, whose field `whole` says whether it tells everything that
was known then: the first of a block and of a UTC hour does. Else a field that is left
out is as before, and `unknown` names the registers that became unknown. The points of
an hour need no others to be understood, and a window of a chart finds every register.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.calendar import HOUR_MS
from edge.rollup.track import Column, Mark, State, Track
from edge.stores.influx.words import tag, value

WHOLE, UNKNOWN = "whole", "unknown"
Mask = NDArray[np.bool_]


def openings(track: Track) -> Mask:
    """Tell at which instants everything is told: each hour's first, and every loss."""
    hours = track.instants // HOUR_MS
    opening = np.ones(len(track), dtype=bool)
    opening[1:] = hours[1:] != hours[:-1]
    for one in track.columns.values():
        lost = one.at[one.state == State.ABSENT]
        if len(lost):
            opening[np.searchsorted(track.instants, lost)] = True
    return opening


def encode(
    head: str, track: Track, *, whole: Mask | None = None, chosen: Mask | None = None
) -> list[str]:
    """Give a track's lines; `whole` tells everything there too, `chosen` picks some.

    The track is of one mark, which `head` names with the rest of the series.
    """
    opening = openings(track)
    if whole is not None:
        opening |= whole
    wholes = np.flatnonzero(opening)
    cells = [f"{head} {WHOLE}=f"] * len(track)
    for place in wholes.tolist():
        cells[place] = f"{head} {WHOLE}=t"
    unknown: dict[int, list[str]] = {}
    for name, one in track.columns.items():
        told = _told(track, one, wholes)
        _put(cells, unknown, name, told)
    for place, names in unknown.items():
        cells[place] += f",{UNKNOWN}={value(','.join(names))}"
    lines = [
        f"{cell} {at}" for cell, at in zip(cells, track.instants.tolist(), strict=True)
    ]
    if chosen is None:
        return lines
    return [lines[place] for place in np.flatnonzero(chosen).tolist()]


def _told(
    track: Track, one: Column, wholes: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[Any], NDArray[np.int8]]:
    """Give where a register is told, and what: at its changes and where all is."""
    places = np.searchsorted(track.instants, one.at)
    if len(wholes) == 1:  # the first alone, and what starts later isn't known there
        return places, one.values, one.state
    every = np.union1d(places, wholes)
    ruling = np.searchsorted(places, every, side="right") - 1
    every, ruling = every[ruling >= 0], ruling[ruling >= 0]
    return every, one.values[ruling], one.state[ruling]


def _put(
    cells: list[str],
    unknown: dict[int, list[str]],
    name: str,
    told: tuple[NDArray[np.intp], NDArray[Any], NDArray[np.int8]],
) -> None:
    places, values, state = told
    field = tag(name)
    numbers = values.dtype != object
    if numbers and (state == State.KNOWN).all():  # nearly always: the short way
        for place, number in zip(places.tolist(), values.tolist(), strict=True):
            cells[place] += f",{field}={number}i"
        return
    told_of = zip(places.tolist(), values.tolist(), state.tolist(), strict=True)
    for place, content, word in told_of:
        if word == State.KNOWN:
            cells[place] += f",{field}={value(content)}"
        elif word == State.UNKNOWN:
            unknown.setdefault(place, []).append(name)


def decode(
    meter: str, mark: Mark, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Track:
    """Read points of whole hours back, in time order, of all registers or of some."""
    cells = dict(zip(columns, zip(*rows, strict=True), strict=True))
    instants = np.array(cells.pop("time"), dtype=np.int64)
    wholes = np.flatnonzero(np.array(cells.pop(WHOLE), dtype=bool))
    lost: dict[str, list[int]] = {}
    for place, text in enumerate(cells.pop(UNKNOWN, ())):
        for name in text.split(",") if text else ():
            lost.setdefault(name, []).append(place)
    found = {}
    for name in dict.fromkeys((*cells, *lost)):
        one = _column(instants, wholes, cells.get(name, ()), lost.get(name, []))
        if one is not None:
            found[name] = one
    mark_of = np.zeros(len(instants), dtype=np.int8)
    return Track(meter, instants, found, mark_of, (mark,))


def _column(
    instants: NDArray[np.int64],
    wholes: NDArray[np.intp],
    cells: Sequence[Any],
    lost: list[int],
) -> Column | None:
    """Read one register: told by its cells and by `lost`, silent at other wholes."""
    known = [place for place, cell in enumerate(cells) if cell is not None]
    if not known and not lost:
        return None
    word = np.full(len(instants), -1, dtype=np.int8)
    word[wholes] = State.ABSENT
    word[known] = State.KNOWN
    word[lost] = State.UNKNOWN
    told = [cells[place] for place in known]
    numbers = all(type(one) is int for one in told)
    values: NDArray[Any] = np.zeros(
        len(instants), dtype=np.int64 if numbers else object
    )
    values[known] = told
    places = np.flatnonzero(word >= 0)
    one = Column(instants[places], values[places], word[places]).changes()
    first = int(one.state[0] == State.ABSENT)
    return Column(one.at[first:], one.values[first:], one.state[first:])
