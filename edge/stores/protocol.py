"""What every store can do: the one protocol that the conformance suite tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Protocol

from edge.interval import Interval, Point, Step
from edge.record import Address, Baseline, Correction, Record
from edge.rollup.track import Track
from edge.sample import Quality, Slice


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """How a store is: whether it answers, what it holds, what it says."""

    engine: str
    answers: bool
    bytes_on_disk: int | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class IntervalColumns:
    """One register's intervals of one step in time order, a plain list a column.

    The fast way to many rows: 52,608 of them cost no object each. `mean`, `minimum`
    and `maximum` hold None throughout for an index.
    """

    start_ms: list[int] = field(default_factory=list)
    end_ms: list[int] = field(default_factory=list)
    value: list[int | None] = field(default_factory=list)
    minimum: list[int | None] = field(default_factory=list)
    mean: list[float | None] = field(default_factory=list)
    maximum: list[int | None] = field(default_factory=list)
    coverage: list[float] = field(default_factory=list)
    quality: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    revision: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.start_ms)

    def insert(self, at: int, row: Interval) -> None:
        """Put a row at a place."""
        for name, value in _cells(row):
            getattr(self, name).insert(at, value)

    def replace(self, at: int, row: Interval) -> None:
        """Put a row in the place of another."""
        for name, value in _cells(row):
            getattr(self, name)[at] = value

    def first(self, count: int) -> IntervalColumns:
        """Give the first rows only."""
        if len(self) <= count:
            return self
        return IntervalColumns(*(getattr(self, name)[:count] for name in COLUMNS))

    @classmethod
    def of(cls, rows: Iterable[Interval]) -> IntervalColumns:
        """Give the columns of rows."""
        told = cls(*map(list, zip(*map(CELLS, rows), strict=True)))
        told.quality[:] = [Quality(quality).value for quality in told.quality]
        return told

    def reach(self, end_ms: int, limit: int) -> int:
        """Give up to when a page answers that had room for `limit` rows."""
        return min(end_ms, self.start_ms[-1] + 1) if len(self) == limit else end_ms

    def put(self, first: int, last: int, rows: IntervalColumns) -> None:
        """Put rows in the place of those at [first, last)."""
        for name in COLUMNS:
            getattr(self, name)[first:last] = getattr(rows, name)

    def rows(self, meter: str, register: str, step: Step) -> list[Interval]:
        """Give the rows as values."""
        cells = zip(*(getattr(self, name) for name in COLUMNS), strict=True)
        told = (dict(zip(COLUMNS, row, strict=True)) for row in cells)
        return [
            Interval(
                meter, register, step, **{**row, "quality": Quality(row["quality"])}
            )
            for row in told
        ]


COLUMNS = tuple(IntervalColumns.__dataclass_fields__)
CELLS = attrgetter(*COLUMNS)


def _cells(row: Interval) -> list[tuple[str, object]]:
    cells = [(name, getattr(row, name)) for name in COLUMNS]
    return [(n, v.value if isinstance(v, Quality) else v) for n, v in cells]


class OwnRows(Protocol):
    """The rows that the home counted itself."""

    def interval_columns(  # noqa: PLR0913 - a query has these six dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> IntervalColumns:
        """Give rows that start in [start_ms, end_ms), in columns; 30min and coarser."""
        ...


class Said(OwnRows, Protocol):
    """What the home counted, and what sources said beside it."""

    def slices(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Slice]:
        """Give what sources said of periods that start in [start_ms, end_ms)."""
        ...


class Store(Said, Protocol):
    """Where readings are queried. Every method may block: call it off the loop.

    `project` is idempotent and returns only once what it was given is durable: the
    consumer moves its cursor then. Reads give rows in time order, those whose start
    (or instant) is in [start_ms, end_ms), at most `limit`. They hold only what was
    projected: `edge.reads` joins them with the journal's committed tail.
    """

    def project(self, records: Sequence[Record]) -> None:
        """Write what these records say; raise StoreError when it can't be kept."""
        ...

    def cursor(self) -> Address | None:
        """Give the address of the last record projected, None for none yet."""
        ...

    def rewind(self) -> None:
        """Forget the cursor: all that the journal has is projected again, over this."""
        ...

    def meters(self) -> dict[str, tuple[str, ...]]:
        """Give the registers that each meter was ever heard of."""
        ...

    def track(
        self,
        meter: str,
        start_ms: int,
        end_ms: int,
        registers: Sequence[str] | None = None,
    ) -> Track:
        """Give what a meter said over [start, end), while raw is kept."""
        ...

    def heard(self, meter: str) -> tuple[int, int] | None:
        """Give the first and the last instant of a meter that are kept raw."""
        ...

    def raw(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Point]:
        """Give a register's changes at full rate, while they are kept.

        A point is a change, or the first word of its UTC hour: the same points
        whatever the range and the pages that they are asked in.
        """
        ...

    def intervals(  # noqa: PLR0913 - a query has these six dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> list[Interval]:
        """Give a register's intervals of one step, the newest revision of each.

        At 1min, those that were kept by `keep_minutes`.
        """
        ...

    def baselines(self, meter: str) -> list[Baseline]:
        """Give a meter's baselines, oldest record first."""
        ...

    def corrections(self, meter: str) -> list[Correction]:
        """Give the owner's corrections of a meter, oldest record first."""
        ...

    def keep_minutes(self, meter: str, day_ms: int, rows: Iterable[Interval]) -> None:
        """Keep a UTC day's 1min rows, all at once: they outlive the raw readings."""
        ...

    def minutes_kept(self, meter: str, start_ms: int, end_ms: int) -> set[int]:
        """Give the UTC days, as instants, whose 1min rows are kept."""
        ...

    def prune(self, meter: str, step: Step, before_ms: int) -> int:
        """Forget what is older than an instant; give the bytes or rows gone.

        Whole UTC hours at raw, whole UTC days at 1min, rows that ended at the rest.
        """
        ...

    def release(self) -> None:
        """Give the room of what was pruned back to the disk, where there is any."""
        ...

    def pruned_ms(self, meter: str) -> int:
        """Say before which instant raw readings were let go; 0 for never."""
        ...

    def health(self) -> StoreHealth:
        """Say how the store is, without raising."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
