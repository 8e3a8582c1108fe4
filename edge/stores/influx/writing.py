"""A page of records on its way to InfluxDB: lines by bucket, the cursors at the end."""

from __future__ import annotations

import time
from collections.abc import Iterable

from edge.calendar import DAY_MS, HOUR_MS
from edge.interval import Interval
from edge.journal.block import Block
from edge.record import Baseline, Record
from edge.rollup.track import Track, join
from edge.sample import Slice
from edge.stores.influx import intervals, minutes, readings, state, told
from edge.stores.influx.names import Databases, every_fluid
from edge.stores.influx.raw import WHOLE
from edge.stores.influx.sender import Sender
from edge.stores.influx.server import Server
from edge.stores.influx.state import Known
from edge.stores.influx.words import FIRST_MS, LAST_MS, is_, name, select, within

BREATH_S = 50e-6
"""Between blocks: else this thread keeps the interpreter from live ones for 5 ms."""
Key = tuple[str, str, str]
"""A series of readings: meter, quality, origin."""


def _key(meter: str, track: Track) -> Key:
    quality, origin = track.marks[0]
    return meter, quality.value, origin


def _spans(tracks: list[Track]) -> list[tuple[int, int]]:
    """Give the first and last instant of each run of tracks that lie together."""
    return [
        (
            min(int(one.instants[0]) for one in run),
            max(int(one.instants[-1]) for one in run),
        )
        for run in readings.hours_of(tracks)
    ]


class Page:
    """What a page of records says, sorted out, then written in an order that is safe.

    Minutes that are in doubt go first, then the lasting bucket, then the readings, and
    with their last request the cursors: whatever is cut off is written again.
    """

    def __init__(
        self, server: Server, sender: Sender, databases: Databases, known: Known
    ) -> None:
        self._server, self._sender = server, sender
        self._databases, self._known = databases, known
        self._tracks: dict[str, list[Track]] = {}
        self._rows: list[Interval] = []
        self._slices: list[Slice] = []
        self._words: list[Record] = []

    def take(self, record: Record) -> None:
        """Take a record."""
        body = record.body
        if isinstance(body, Block):
            time.sleep(BREATH_S)
            self._tracks.setdefault(body.meter, []).append(Track.of(body))
        elif isinstance(body, tuple):
            for one in body:
                if isinstance(one, Interval):
                    self._rows.append(one)
                else:
                    self._slices.append(one)
        else:
            self._words.append(record)

    def write(self, cursors: Iterable[str]) -> None:
        """Write it all, and the cursors with the last of it."""
        for record in self._words:
            if isinstance(record.body, Baseline):
                at_ms = record.body.at_ms
                self._doubt(record.meter, at_ms, at_ms + 1)
        lasting = [told.encode_word(record) for record in self._words]
        lasting += self._row_lines()
        lasting += self._slice_lines()
        lasting += self._heard_lines()
        if lasting:
            self._sender.send(self._databases.lasting, lasting)
        raw = []
        for meter, tracks in self._tracks.items():
            for first, last in _spans(tracks):
                self._doubt(meter, first, last + 1)
            raw += self._behind(meter, tracks)
        late = self._late()
        if late:  # they are joined with what is there, these lines included
            self._sender.send(self._databases.raw, raw)
            raw = []
        for key, run in late:
            self._sender.send(self._databases.raw, self._joined(key, run))
        self._sender.send(self._databases.raw, [*raw, *cursors])
        for one in self._rows:
            step = (one.meter, one.step.value)
            last = self._known.rows.get(step, one.start_ms)
            self._known.rows[step] = max(last, one.start_ms)

    def _heard_lines(self) -> list[str]:
        """Give the lines of the registers that each meter is newly heard of."""
        spoken: dict[str, dict[str, None]] = {}
        for meter, tracks in self._tracks.items():
            columns = (name for one in tracks for name in one.columns)
            spoken.setdefault(meter, {}).update(dict.fromkeys(columns))
        told: list[Slice | Interval] = [*self._slices, *self._rows]
        for said in told:
            spoken.setdefault(said.meter, {})[said.register] = None
        return [
            line
            for meter, names in spoken.items()
            for line in state.heard_lines(self._known, meter, list(names))
        ]

    # intervals and slices

    def _row_lines(self) -> list[str]:
        """Give the lines of rows, those left out of which a newer revision stands."""
        newest = intervals.newest(self._rows)
        late: dict[tuple[str, str], list[Interval]] = {}
        lines = []
        for row in newest.values():
            step = (row.meter, row.step.value)
            if step not in self._known.rows:
                last = state.last_row(self._server, self._databases, *step)
                self._known.rows[step] = FIRST_MS if last is None else last
            if row.start_ms > self._known.rows[step]:
                lines.append(intervals.encode(row))
            else:
                late.setdefault(step, []).append(row)
        for rows in late.values():
            lines += self._late_lines(rows)
        return lines

    def _late_lines(self, rows: list[Interval]) -> list[str]:
        database = self._databases.lasting
        starts = [row.start_ms for row in rows]
        there = intervals.standing(
            self._server, database, rows[0].meter, rows[0].step, starts
        )
        lines = []
        for row in rows:
            before = there.get((row.register, row.start_ms))
            if before is not None and before["revision"] > row.revision:
                continue
            if before is not None and intervals.loses(row, before):
                self._server.ask(database, intervals.withdrawal(row))
            lines.append(intervals.encode(row))
        return lines

    def _slice_lines(self) -> list[str]:
        if not self._slices:
            return []
        there = told.standing_slices(
            self._server, self._databases.lasting, self._slices
        )
        newest: dict[told.Slot, Slice] = {}
        for one in self._slices:
            slot = told.slot(one)
            before = newest.get(slot) or there.get(slot)
            if before is None or one.received_ms >= before.received_ms:
                newest[slot] = one
        for gone in told.withdrawals(list(newest.values()), there):
            self._server.ask(self._databases.lasting, gone)
        return [told.encode_slice(one) for one in newest.values()]

    # readings

    def _behind(self, meter: str, tracks: list[Track]) -> list[str]:
        """Give the lines of the blocks that come behind all that is there."""
        lines = []
        for place, one in enumerate(tracks):
            key = _key(meter, one)
            if int(one.instants[0]) > self._known.latest.get(key, FIRST_MS):
                time.sleep(BREATH_S)
                lines += readings.behind(one)
                self._known.latest[key] = int(one.instants[-1])
                tracks[place] = Track.empty(meter)
        return lines

    def _late(self) -> list[tuple[Key, list[Track]]]:
        """Give the other blocks by series, those together that share their hours."""
        late: dict[Key, list[Track]] = {}
        for meter, tracks in self._tracks.items():
            for one in tracks:
                if len(one):
                    late.setdefault(_key(meter, one), []).append(one)
        return [
            (key, run) for key, some in late.items() for run in readings.hours_of(some)
        ]

    def _joined(self, key: Key, run: list[Track]) -> list[str]:
        """Give the lines of late blocks, joined with what their hours have."""
        track = join(run)
        low = int(track.instants[0]) // HOUR_MS * HOUR_MS
        high = (int(track.instants[-1]) // HOUR_MS + 1) * HOUR_MS
        kept = readings.read(
            self._server, self._databases.raw, key[0], low, high, mark=track.marks[0]
        )
        last = int(track.instants[-1])
        self._known.latest[key] = max(self._known.latest[key], last)
        return readings.into(kept, track)

    # minutes

    def _doubt(self, meter: str, start_ms: int, end_ms: int) -> None:
        """Forget the minutes that news of [start, end) may change, up to neighbours."""
        known = self._known
        if meter not in known.kept:
            kept = minutes.kept(self._server, self._databases, meter, FIRST_MS, LAST_MS)
            known.kept[meter] = kept
        if not known.kept[meter]:
            return
        low, high = self._around(meter, start_ms, end_ms)
        low = max(low, state.pruned_ms(self._server, self._databases, meter))
        first = low // DAY_MS * DAY_MS
        end = (max(high, low + 1) - 1) // DAY_MS * DAY_MS + DAY_MS
        gone = {day for day in known.kept[meter] if first <= day < end}
        if gone:
            minutes.forget(
                self._server, self._databases, meter, min(gone), max(gone) + DAY_MS
            )
            known.kept[meter] -= gone

    def _around(self, meter: str, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Give the start of the last hour kept before, the end of the first after."""
        low = start_ms // HOUR_MS * HOUR_MS
        high = ((end_ms - 1) // HOUR_MS + 1) * HOUR_MS
        of, meter_is = every_fluid(), is_("meter", meter)
        sides = (("last", FIRST_MS, low), ("first", high, LAST_MS))
        asked = "; ".join(
            select(f"{side}({name(WHOLE)})", of, meter_is, within(*span))
            for side, *span in sides
        )
        before, after = self._server.ask(self._databases.raw, asked)
        last = max((one.rows[0][0] for one in before), default=None)
        first = min((one.rows[0][0] for one in after), default=None)
        return (
            start_ms if last is None else last // HOUR_MS * HOUR_MS,
            end_ms if first is None else (first // HOUR_MS + 1) * HOUR_MS,
        )
