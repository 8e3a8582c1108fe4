"""Reading: the store and the journal's committed tail as one, each thing once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from copy import copy
from functools import partial
from typing import Self, TypeVar

from edge.calendar import DAY_MS
from edge.counters import standing
from edge.facts import Fact, FactKind
from edge.interval import Interval, Point, Step
from edge.merging.converted import CONVERSION, ENERGY, VOLUME
from edge.merging.series import MOST, MergedSeries
from edge.minutes import roll_minutes
from edge.open_rows import open_rows
from edge.record import Baseline, Correction
from edge.registers.electricity import CURVES
from edge.roller.halves import Halves
from edge.roller.roller import Counting
from edge.rollup.part import Slot, part_of
from edge.rollup.points import points
from edge.rollup.track import Track, join
from edge.sample import Sample, Slice
from edge.stores.protocol import IntervalColumns, Store
from edge.tail import Committed, Snapshot, Tail

Word = TypeVar("Word", Baseline, Correction)


class Reads(MergedSeries):
    """What is committed, whoever has it now. Every method blocks: call it off the loop.

    Rows come in time order, those that start in [start_ms, end_ms), at most `limit`;
    to go on after a page, ask again from just behind the last start or instant. A row
    of revision 0 is provisional: its interval is still open.
    """

    def __init__(
        self, store: Store, journal: Committed, counting: Counting | None = None
    ) -> None:
        self._store, self._journal = store, journal
        self._tail = Tail(journal)
        self._opened: dict[tuple[str, str, Step], list[Interval]] | None = None
        super().__init__(counting or Counting())

    def _snapshot(self) -> Snapshot:
        # before the store is asked: what moves over meanwhile is then seen twice, and
        # joined into one, rather than not at all
        return self._tail.since(self._store.cursor())

    def _halves(self, meter: str) -> Halves:
        return self._counting.halves(meter, self)

    def meters(self) -> dict[str, tuple[str, ...]]:
        """Give the registers that each meter was ever heard of, in catalogue order."""
        found = {}
        snapshot = self._snapshot()
        tail = snapshot.tracks
        rows = ((of, name) for of, name, _ in snapshot.rows)
        told = dict.fromkeys((*snapshot.slices, *rows))
        known = self._store.meters()
        order = {name: i for i, name in enumerate(self._counting.catalogue)}
        for meter in dict.fromkeys((*known, *tail, *(meter for meter, _ in told))):
            names = set(known.get(meter, ()))
            if meter in tail:
                names |= tail[meter].columns.keys()
            names |= {register for of, register in told if of == meter}
            names |= {CURVES[name] for name in names & CURVES.keys()}
            if VOLUME in names and (
                CONVERSION in names or self._counting.conversions.get(meter)
            ):
                names |= {ENERGY}
            found[meter] = tuple(
                sorted(names, key=lambda name: (order.get(name, len(order)), name))
            )
        return found

    def latest(self, meter: str) -> Sample | None:
        """Give the last committed sample: the full picture, or None.

        Of a meter that was never heard, where files and portals say that it stood.
        """
        return self.last_sample(meter) or self._standing(meter)

    def last_sample(self, meter: str) -> Sample | None:
        """Give the last committed sample of a meter's own; None if it was never heard.

        What files say is not looked through: it takes long, and is no word of a meter.
        """
        sample = self._journal.last_sample(meter)
        if sample is not None:
            return sample
        heard = self._store.heard(meter)
        if heard is None:
            return None
        last = self._store.track(meter, heard[1], heard[1] + 1)
        return last.samples()[-1] if len(last) else None

    def _standing(self, meter: str) -> Sample | None:
        """Give where files and portals say that a meter's indexes stand."""
        known = self._counting.catalogue
        told = self.meters().get(meter, ())
        names = [name for name in told if name in known and known[name].monotonic]
        return standing(meter, partial(self.slices, meter), names)

    def heard(self, meter: str) -> tuple[int, int] | None:
        """Give a meter's first and last instant, as far as raw is kept."""
        return self._heard(self._snapshot(), meter)

    def _heard(self, tail: Snapshot, meter: str) -> tuple[int, int] | None:
        spans = [self._store.heard(meter)]
        if meter in tail.tracks:
            instants = tail.tracks[meter].instants
            spans.append((int(instants[0]), int(instants[-1])))
        kept = [span for span in spans if span is not None]
        if not kept:
            return None
        return min(span[0] for span in kept), max(span[1] for span in kept)

    def track(
        self,
        meter: str,
        start_ms: int,
        end_ms: int,
        registers: Sequence[str] | None = None,
    ) -> Track:
        """Give what a meter said over [start, end), as far as raw is kept."""
        return self._track(self._snapshot(), meter, (start_ms, end_ms), registers)

    def _track(
        self,
        tail: Snapshot,
        meter: str,
        span: tuple[int, int],
        registers: Sequence[str] | None,
    ) -> Track:
        kept = self._store.track(meter, *span, registers)
        waiting = tail.tracks.get(meter)
        if waiting is None:
            return kept
        return join([kept, waiting.clip(*span).only(registers)])

    def raw(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int = MOST
    ) -> list[Point]:
        """Give a register's changes at full rate, while they are kept."""
        tail = self._snapshot()

        def some(start: int, end: int) -> Track:
            return self._track(tail, meter, (start, end), [register])

        heard = self._heard(tail, meter)
        return points(some, heard, register, (start_ms, end_ms), limit)

    def intervals(  # noqa: PLR0913 - a query has these six dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int = MOST,
    ) -> list[Interval]:
        """Give a register's closed intervals, 1min to year, newest revision of each."""
        tail = self._snapshot()
        if step is Step.MIN1:
            return self._minutes(tail, meter, register, (start_ms, end_ms), limit)
        kept = self._store.intervals(meter, register, step, start_ms, end_ms, limit)
        waiting = _between(tail, (meter, register, step), start_ms, end_ms)
        if not waiting:
            return kept
        newest = {row.start_ms: row for row in kept}
        for at, row in waiting.items():
            standing = newest.get(at)
            if standing is None or row.revision >= standing.revision:
                newest[at] = row
        return [newest[at] for at in sorted(newest)][:limit]

    def interval_columns(  # noqa: PLR0913 - same
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int = MOST,
    ) -> IntervalColumns:
        """Give a register's intervals in columns, the open ones at the end."""
        known = self._counting.catalogue
        if register in known and known[register].peak:
            span = (start_ms, end_ms)
            return self.peak_columns(meter, register, step, span, limit, None)
        if step is Step.MIN1:
            rows = self.intervals(meter, register, step, start_ms, end_ms, limit)
            return _columns(rows)
        tail = self._snapshot()
        columns = self._store.interval_columns(
            meter, register, step, start_ms, end_ms, limit
        )
        waiting = _between(tail, (meter, register, step), start_ms, end_ms)
        for at in sorted(waiting):
            _put(columns, waiting[at])
        if len(columns) < limit:
            for row in self.open(meter, register, step):
                if start_ms <= row.start_ms < end_ms:
                    _put(columns, row)
        return columns.first(limit)

    def open(self, meter: str, register: str, step: Step) -> list[Interval]:
        """Give the provisional rows of intervals that are not closed yet."""
        of = (meter, register, step)
        if self._opened is None:
            return self._open(*of)
        if of not in self._opened:
            self._opened[of] = self._open(*of)
        return self._opened[of]

    def _for_one_question(self) -> Self:
        if self._opened is not None:
            return self
        asked = copy(self)
        asked._opened = {}  # noqa: SLF001 - of a copy of ours
        return asked

    def _open(self, meter: str, register: str, step: Step) -> list[Interval]:
        tail = self._snapshot()
        heard = self._heard(tail, meter)
        known = self._counting.catalogue
        if heard is None or register not in known or not known[register].numeric:
            return []

        def some(start: int, end: int) -> Track:
            return self._track(tail, meter, (start, end), [register])

        def closed(step: Step, start: int, end: int) -> dict[int, Interval]:
            rows = self.intervals(meter, register, step, start, end)
            return {row.start_ms: row for row in rows}

        halves = self._halves(meter)
        return open_rows(halves, some, closed, register, step, heard[1])

    def _minutes(
        self,
        tail: Snapshot,
        meter: str,
        register: str,
        span: tuple[int, int],
        limit: int,
    ) -> list[Interval]:
        """Give 1min rows: those kept, those of other days rolled out of raw."""
        halves = self._halves(meter)
        heard = self._heard(tail, meter)
        kept = self._store.minutes_kept(meter, *span)
        if register not in halves.registers or not (heard or kept):
            return []
        first = min([*kept, *(heard or ())]) // DAY_MS * DAY_MS
        last = max([day + DAY_MS for day in kept] + [(heard or (0, 0))[1] + 1])
        rows: list[Interval] = []
        at, end = max(span[0], first), min(span[1], last)
        while at < end and len(rows) < limit:
            day = at // DAY_MS * DAY_MS
            stop = min(day + DAY_MS, end)
            if day in kept:
                found = self._store.intervals(
                    meter, register, Step.MIN1, at, stop, limit
                )
            else:
                found = self._rolled(tail, halves, register, (at, stop))
            rows += [self._corrected(halves, row) for row in found]
            at = stop
        return rows[:limit]

    def _rolled(
        self, tail: Snapshot, halves: Halves, register: str, span: tuple[int, int]
    ) -> list[Interval]:
        heard = self._heard(tail, halves.meter)
        if heard is None or not halves.registers[register].numeric:
            return []

        def some(start: int, end: int) -> Track:
            return self._track(tail, halves.meter, (start, end), [register])

        rows = roll_minutes(some, heard, halves, register, span)
        return [row for row in rows if span[0] <= row.start_ms < span[1]]

    def _corrected(self, halves: Halves, row: Interval) -> Interval:
        if not halves.corrections:
            return row
        slot = Slot(row.meter, row.register, row.step, row.start_ms, row.end_ms)
        part = part_of(row)
        mended = halves.correct(slot, part)
        return row if mended is part else slot.row(mended, row.revision + 1)

    def day_of_minutes(self, meter: str, day_ms: int) -> list[Interval]:
        """Roll all registers' 1min rows of a UTC day, for keeping: not corrected."""
        tail, halves = self._snapshot(), self._halves(meter)
        names = halves.numeric(self.meters().get(meter, ()))
        span = (day_ms, day_ms + DAY_MS)
        return [row for n in names for row in self._rolled(tail, halves, n, span)]

    def slices(
        self,
        meter: str,
        register: str,
        start_ms: int,
        end_ms: int,
        limit: int = MOST,
    ) -> list[Slice]:
        """Give what sources said of periods, as given, and what of it stands."""
        told = [
            one
            for one in self._snapshot().slices.get((meter, register), ())
            if start_ms <= one.start_ms < end_ms
        ]
        # what is withdrawn since must not make a whole page look like the last
        more = limit + sum(one.value is None for one in told)
        kept = self._store.slices(meter, register, start_ms, end_ms, more)
        newest = {(one.start_ms, one.end_ms, one.origin): one for one in kept}
        for one in told:
            slot = (one.start_ms, one.end_ms, one.origin)
            standing = newest.get(slot)
            if standing is None or one.received_ms >= standing.received_ms:
                newest[slot] = one
        stand = (newest[slot] for slot in sorted(newest))
        return [one for one in stand if one.value is not None][:limit]

    def baselines(self, meter: str) -> list[Baseline]:
        """Give a meter's baselines, oldest record first."""
        waiting = [b for b in self._snapshot().baselines if b.meter == meter]
        return _once([*self._store.baselines(meter), *waiting])

    def corrections(self, meter: str) -> list[Correction]:
        """Give the owner's corrections of a meter, oldest record first."""
        waiting = [c for c in self._snapshot().corrections if c.meter == meter]
        return _once([*self._store.corrections(meter), *waiting])

    def facts(self, meter: str, start_ms: int = 0, end_ms: int = 1 << 53) -> list[Fact]:
        """Give the dated facts of a meter that meet [start, end), in time order.

        Those that were told, and where its counts begin anew (Baseline).
        """
        begun = [
            Fact(
                meter,
                FactKind.DEVICE,
                one.at_ms,
                None,
                "home",
                {"reason": one.reason, "device": one.device},
            )
            for one in self.baselines(meter)
            if one.at_ms < end_ms
        ]
        told = self._journal.facts(meter, start_ms, end_ms)
        return sorted([*told, *begun], key=lambda one: one.start_ms)

    def pruned_ms(self, meter: str) -> int:
        """Say before which instant raw readings were let go; 0 for never."""
        return self._store.pruned_ms(meter)


def _between(
    tail: Snapshot, slot: tuple[str, str, Step], start_ms: int, end_ms: int
) -> dict[int, Interval]:
    rows = tail.rows.get(slot, {})
    return {at: row for at, row in rows.items() if start_ms <= at < end_ms}


def _put(columns: IntervalColumns, row: Interval) -> None:
    """Put a row in its place, unless a newer revision is there."""
    at = bisect_left(columns.start_ms, row.start_ms)
    if at < len(columns) and columns.start_ms[at] == row.start_ms:
        if columns.revision[at] < row.revision:
            columns.replace(at, row)
    else:
        columns.insert(at, row)


def _columns(rows: Sequence[Interval]) -> IntervalColumns:
    columns = IntervalColumns()
    for row in rows:
        columns.insert(len(columns), row)
    return columns


def _once(words: Sequence[Word]) -> list[Word]:
    kept: list[Word] = []
    for word in words:
        if word not in kept:
            kept.append(word)
    return kept
