"""The store in an InfluxDB: the answers of the embedded one out of time series."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from edge.calendar import DAY_MS, HOUR_MS
from edge.errors import LinesRefused, StoreError
from edge.interval import Interval, Point, Step
from edge.journal.bodies import Kind
from edge.journal.erased import Erased
from edge.record import Address, Baseline, Correction, Lane, Record
from edge.rollup.points import points
from edge.rollup.track import Track
from edge.sample import Slice
from edge.stores.influx import erasing, intervals, minutes, readings, state, told
from edge.stores.influx.intervals import Query
from edge.stores.influx.names import BEGUN, CURSOR, Databases, deletion, every_fluid
from edge.stores.influx.parked import Parking
from edge.stores.influx.raw import WHOLE
from edge.stores.influx.readings import FEW, PIECE_MS
from edge.stores.influx.sender import Sender
from edge.stores.influx.server import Server
from edge.stores.influx.state import Cursors, Known
from edge.stores.influx.words import (
    FIRST_MS,
    delete,
    exists,
    group,
    is_,
    name,
    select,
    within,
)
from edge.stores.influx.writing import Page
from edge.stores.protocol import IntervalColumns, StoreHealth


class InfluxStore:
    """A Store in an InfluxDB; any thread may read, one at a time projects.

    `project` moves both lanes' cursors together, `project_to` each; `cursor` gives
    what both have passed. Nothing is remembered that InfluxDB has not confirmed: an
    InfluxDB that comes back empty says so, and is filled from the start.
    """

    def __init__(
        self,
        server: Server,
        databases: Databases,
        parking: Parking,
        *,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._server, self._databases = server, databases
        self.parking = parking
        self.sender = Sender(server, parking)
        self._now_ms = now_ms
        self._writing = threading.Lock()
        self._known: Known | None = None

    # writing

    @contextmanager
    def _knowing(self) -> Iterator[Known]:
        """Lend what InfluxDB is known to hold; after a failure it is asked anew."""
        with self._writing:
            reached = state.cursors(self._server, self._databases)
            known = self._known
            self._known = None
            if known is None or known.cursors != reached:
                known = state.load(self._server, self._databases)
            if all(at is None for at in known.cursors.values()):
                self.sender.send(self._databases.lasting, [state.begun_line()])
            yield known
            self._known = known

    def project(self, records: Sequence[Record]) -> None:
        """Write what these records say, then up to where, in both lanes."""
        if records:
            last = max(record.address for record in records)
            self.project_to(records, dict.fromkeys(Lane, last))

    def project_to(self, records: Sequence[Record], reached: Cursors) -> None:
        """Write what these records say, then how far each lane has come."""
        with self._knowing() as known:
            forward = {
                lane: at
                for lane, at in reached.items()
                if at is not None and (known.cursors[lane] or at) <= at
            }
            page = Page(self._server, self.sender, self._databases, known)
            for record in records:
                page.take(record)
            page.write(state.cursor_lines(forward, self._now_ms()))
            known.cursors = {**known.cursors, **forward}

    def rewind(self) -> None:
        """Forget the cursors: what the journal has is projected again, over this."""
        with self._writing:
            self._known = None
            self._server.ask(self._databases.raw, delete(CURSOR))
            self._server.ask(self._databases.lasting, delete(BEGUN))

    def filled(self) -> bool:
        """Tell whether it has what the journal no longer had when it was begun."""
        return state.filled(self._server, self._databases)

    def mark_filled(self) -> None:
        """Note that it has."""
        with self._writing:
            self.sender.send(self._databases.lasting, [state.filled_line()])

    def keep_minutes(self, meter: str, day_ms: int, rows: Iterable[Interval]) -> None:
        """Keep a UTC day's 1min rows, all at once."""
        with self._writing:
            self._known = None
            minutes.keep(
                self._server, self.sender, self._databases, meter, day_ms, rows
            )

    def prune(self, meter: str, step: Step, before_ms: int) -> int:
        """Forget what is older than an instant; give the rows or days gone."""
        with self._writing:
            self._known = None
            if step is Step.RAW:
                return self._prune_raw(meter, before_ms // HOUR_MS * HOUR_MS, before_ms)
            if step is Step.MIN1:
                end = before_ms // DAY_MS * DAY_MS
                gone = minutes.kept(self._server, self._databases, meter, 0, end)
                if gone:
                    minutes.forget(self._server, self._databases, meter, 0, end)
                return len(gone)
            return self._prune_rows(meter, step, before_ms)

    def _prune_raw(self, meter: str, end_ms: int, before_ms: int) -> int:
        where = (is_("meter", meter), within(FIRST_MS, end_ms))
        gone = self._count(self._databases.raw, WHOLE, every_fluid(), *where)
        if gone:
            self._server.ask(self._databases.raw, deletion(*where))
            pruned = state.pruned_line(meter, before_ms)
            self.sender.send(self._databases.lasting, [pruned])
        return gone

    def _prune_rows(self, meter: str, step: Step, before_ms: int) -> int:
        """Forget the rows that ended by an instant: the last to start may go on."""
        database, suffix = self._databases.lasting, f"_{step.value}"
        rows, of = every_fluid(suffix), is_("meter", meter)
        last = select(
            'last("length_ms")',
            rows,
            of,
            within(FIRST_MS, before_ms),
            end=group("register"),
        )
        (found,) = self._server.ask(database, last)
        ends = [before_ms]
        ends += [
            at
            for series in found
            for at, length in series.rows
            if at + length > before_ms
        ]
        where = (of, within(FIRST_MS, min(ends)))
        gone = self._count(database, "revision", rows, *where)
        if gone:
            self._server.ask(database, deletion(*where, suffix=suffix))
        return gone

    def _count(self, database: str, field: str, of: str, *where: str) -> int:
        (found,) = self._server.ask(
            database, select(f"count({name(field)})", of, *where)
        )
        return sum(int(series.rows[0][1]) for series in found)

    def erase(self, stone: Erased) -> int:
        """Take out what the owner had erased; give how many points went."""
        with self._writing:
            self._known = None
            registers = state.heard(self._server, self._databases).get(stone.meter, {})
            gone = erasing.erase(
                self._server, self.sender, self._databases, registers, stone
            )
            return gone + erasing.drop_parked(self.parking, stone)

    def would_erase(self, stone: Erased) -> int:
        """Give how many points `erase` would take; change nothing."""
        return erasing.count(self._server, self._databases, stone)

    def release(self) -> None:
        """Do nothing: InfluxDB gives room back by itself."""

    def retry_parked(self) -> int:
        """Send the parked lines again, each alone; give how many were taken.

        Raises StoreDown when InfluxDB doesn't answer; what was taken is gone by then.
        """
        taken = 0
        for one in self.parking.all():
            try:
                self._server.write(one.bucket, [one.line])
            except LinesRefused:
                continue
            self.parking.drop([one.number])
            taken += 1
        return taken

    # reading

    def cursors(self) -> Cursors:
        """Give how far each lane has come."""
        return state.cursors(self._server, self._databases)

    def cursor(self) -> Address | None:
        """Give the address that both lanes have passed."""
        reached = self.cursors().values()
        there = [at for at in reached if at is not None]
        return min(there) if len(there) == len(Lane) else None

    def meters(self) -> dict[str, tuple[str, ...]]:
        """Give the registers that each meter was ever heard of."""
        found = state.heard(self._server, self._databases)
        return {
            meter: tuple(sorted(places, key=places.__getitem__))
            for meter, places in found.items()
        }

    def track(
        self,
        meter: str,
        start_ms: int,
        end_ms: int,
        registers: Sequence[str] | None = None,
    ) -> Track:
        """Give what a meter said over [start, end), while raw is kept."""
        return readings.read(
            self._server, self._databases.raw, meter, start_ms, end_ms, registers
        )

    def heard(self, meter: str) -> tuple[int, int] | None:
        """Give the first and the last instant of a meter that are kept raw."""
        of = (every_fluid(), is_("meter", meter))
        ends = [select(f"{end}({name(WHOLE)})", *of) for end in ("first", "last")]
        first, last = self._server.ask(self._databases.raw, "; ".join(ends))
        if not first or not last:
            return None
        return (
            min(series.rows[0][0] for series in first),
            max(series.rows[0][0] for series in last),
        )

    def raw(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Point]:
        """Give a register's changes at full rate, while they are kept."""

        def some(start: int, end: int) -> Track:
            return self.track(meter, start, end, [register])

        heard = self.heard(meter)
        found: list[Point] = []
        at, width = max(start_ms, heard[0] if heard else end_ms), PIECE_MS
        while heard and at < min(end_ms, heard[1] + 1) and len(found) < limit:
            stop = (at + width) // HOUR_MS * HOUR_MS
            span = (at, min(stop, end_ms))
            some_of = points(some, heard, register, span, limit - len(found))
            found += some_of
            at, width = stop, width * 2 if len(some_of) < FEW else PIECE_MS
        return found

    def intervals(  # noqa: PLR0913 - see Store
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> list[Interval]:
        """Give a register's intervals of one step."""
        query = Query(meter, register, step, start_ms, end_ms, limit)
        if step is Step.MIN1:
            return minutes.read(self._server, self._databases, query)
        return self._columns(query).rows(meter, register, step)

    def interval_columns(  # noqa: PLR0913 - see Store
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> IntervalColumns:
        """Give the same rows in columns; 30min and coarser."""
        return self._columns(Query(meter, register, step, start_ms, end_ms, limit))

    def _columns(self, query: Query) -> IntervalColumns:
        if query.start_ms >= query.end_ms or query.limit < 1:
            return IntervalColumns()
        (found,) = self._server.ask(self._databases.lasting, intervals.question(query))
        return intervals.columns(found)

    def slices(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Slice]:
        """Give what sources said of periods, as given."""
        # without those that were taken back, which have no value
        where = f"{is_('register', register)} AND {exists('value')}"
        span = (start_ms, end_ms)
        found = told.read_slices(
            self._server, self._databases.lasting, meter, where, span
        )
        return found[:limit]

    def baselines(self, meter: str) -> list[Baseline]:
        """Give a meter's baselines, oldest record first."""
        found = self._words(meter, Kind.BASELINE)
        return [word for word in found if isinstance(word, Baseline)]

    def corrections(self, meter: str) -> list[Correction]:
        """Give the owner's corrections of a meter, oldest record first."""
        found = self._words(meter, Kind.CORRECTION)
        return [word for word in found if isinstance(word, Correction)]

    def _words(self, meter: str, kind: Kind) -> list[Baseline | Correction]:
        return told.read_words(self._server, self._databases.lasting, meter, kind)

    def minutes_kept(self, meter: str, start_ms: int, end_ms: int) -> set[int]:
        """Give the UTC days, as instants, whose 1min rows are kept."""
        return minutes.kept(self._server, self._databases, meter, start_ms, end_ms)

    def pruned_ms(self, meter: str) -> int:
        """Say before which instant raw readings were let go; 0 for never."""
        return state.pruned_ms(self._server, self._databases, meter)

    # how it is

    def health(self) -> StoreHealth:
        """Say how the store is, without raising."""
        try:
            self.cursors()
        except StoreError as error:
            return StoreHealth(
                "influxdb", answers=False, bytes_on_disk=None, detail=str(error)
            )
        return StoreHealth("influxdb", answers=True, bytes_on_disk=None)

    def hang_up(self, *, for_good: bool = False) -> None:
        """Have whoever waits for InfluxDB wait no more; `for_good`: nor ever again."""
        self._server.hang_up(for_good=for_good)

    def close(self) -> None:
        """Let go of connections and of the file of parked lines."""
        self._server.close()
        self.parking.close()
