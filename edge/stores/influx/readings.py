"""Tracks in and out of an InfluxDB: behind what is there, or joined with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from edge.calendar import HOUR_MS
from edge.catalogue import Fluid
from edge.registers import CATALOGUE
from edge.rollup.track import Mark, State, Track, join
from edge.sample import Quality
from edge.stores.influx.names import DEFAULT, every_fluid
from edge.stores.influx.raw import UNKNOWN, WHOLE, Mask, decode, encode
from edge.stores.influx.server import Server
from edge.stores.influx.words import fields, group, head, is_, name, select, within

PIECE_MS = 4 * HOUR_MS
FEW = 4000
"""Points of a piece below which the next is twice as long."""


def series_head(track: Track) -> str:
    """Give what a track's lines begin with; a track written has one mark."""
    quality, origin = track.marks[0]
    flows = (CATALOGUE[one].fluid for one in track.columns if one in CATALOGUE)
    measurement = next(flows, Fluid(DEFAULT)).value
    return head(measurement, meter=track.meter, quality=quality.value, origin=origin)


def read(  # noqa: PLR0913 - where, and what
    server: Server,
    database: str,
    meter: str,
    start_ms: int,
    end_ms: int,
    registers: Sequence[str] | None = None,
    mark: Mark | None = None,
) -> Track:
    """Give a meter's track over [start, end), of some registers or marks, or of all.

    Read a few hours at a time: a day of a meter's points is 10 MB of JSON.
    """
    what = "*" if registers is None else fields(WHOLE, UNKNOWN, *registers)
    of = [is_("meter", meter)]
    if mark is not None:
        of += [is_("quality", mark.quality), is_("origin", mark.origin)]
    tracks = [Track.empty(meter)]
    low, end = _bounds(server, database, of, start_ms, end_ms)
    width = PIECE_MS
    while low < end:
        high = min(low + width, end)
        tracks += _piece(server, database, meter, what, [*of, within(low, high)])
        low, width = high, width * 2 if len(tracks[-1]) < FEW else PIECE_MS
    return join(tracks).clip(start_ms, end_ms).only(registers)


def _bounds(
    server: Server, database: str, of: Sequence[str], start_ms: int, end_ms: int
) -> tuple[int, int]:
    """Give whole hours from where there is something to read on, and its end."""
    low = start_ms // HOUR_MS * HOUR_MS
    if end_ms - low <= PIECE_MS:
        return low, end_ms
    ends = (
        select(f"{side}({name(WHOLE)})", every_fluid(), *of, within(low, end_ms))
        for side in ("first", "last")
    )
    first, last = server.ask(database, "; ".join(ends))
    if not first or not last:
        return low, low
    low = min(one.rows[0][0] for one in first) // HOUR_MS * HOUR_MS
    return low, min(end_ms, max(one.rows[0][0] for one in last) + 1)


def _piece(
    server: Server, database: str, meter: str, what: str, of: Sequence[str]
) -> list[Track]:
    """Give the tracks of some hours, one a source."""
    asked = select(what, every_fluid(), *of, end=group("meter", "quality", "origin"))
    (found,) = server.ask(database, asked)
    return [
        decode(
            meter,
            Mark(Quality(one.tags["quality"]), one.tags["origin"]),
            one.columns,
            one.rows,
        )
        for one in found
    ]


def behind(track: Track) -> list[str]:
    """Give the lines of a track that begins behind all that its series has."""
    return encode(series_head(track), track)


def into(kept: Track, track: Track) -> list[str]:
    """Give the lines that turn what is kept of some whole hours into both, joined.

    What is there already is not written again; what changes, and the instant behind
    anything new, tells everything: no point is then understood by what it no longer
    follows.
    """
    whole = join([kept, track])
    there = np.isin(whole.instants, kept.instants)
    changed = ~there | _differing(kept, whole)
    behind_change = np.zeros(len(whole), dtype=bool)
    behind_change[1:] = changed[:-1] & ~changed[1:]
    first_new = changed.copy()
    first_new[1:] &= ~changed[:-1]
    told = first_new | behind_change | (there & changed)
    return encode(series_head(whole), whole, whole=told, chosen=changed | behind_change)


def _differing(kept: Track, whole: Track) -> Mask:
    """Tell which of the instants kept say something else in the whole."""
    differing = np.zeros(len(whole), dtype=bool)
    if not len(kept):
        return differing
    places = np.searchsorted(whole.instants, kept.instants)
    for register, one in whole.columns.items():
        now = one.spread(kept.instants)
        before = kept.columns.get(register)
        if before is None:
            differing[places] |= now.state != State.ABSENT
            continue
        then = before.spread(kept.instants)
        known = now.state == State.KNOWN
        differing[places] |= now.state != then.state
        differing[places] |= known & (now.values != then.values)
    return differing


def hours_of(tracks: Iterable[Track]) -> list[list[Track]]:
    """Put tracks together that touch the same hours, or ones that follow each other."""
    runs: list[list[Track]] = []
    end = None
    for track in sorted(tracks, key=lambda one: int(one.instants[0])):
        first = int(track.instants[0]) // HOUR_MS
        last = int(track.instants[-1]) // HOUR_MS
        if end is None or first > end + 1:
            runs.append([])
        runs[-1].append(track)
        end = last if end is None or first > end + 1 else max(end, last)
    return runs
