"""What a home has, page by page: nothing of it is held longer than it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from edge.calendar import DAY_MS
from edge.catalogue import Fluid
from edge.consent.ledger import Entry
from edge.consent.read_journal import Line
from edge.facts import Fact
from edge.interval import INTERVAL_STEPS, Step
from edge.journal.devices import Device
from edge.merging.merged import CURVE_OF
from edge.portability.readings import Fitted, numbered
from edge.record import Baseline, Correction
from edge.registers import CATALOGUE
from edge.sample import Slice
from edge.stores.protocol import COLUMNS, IntervalColumns, Said

PAGE = 10_000
"""Slices that are held at once."""
MOST = 60_000
"""Rows of a window, at most."""
EVER_MS = 1 << 52
WINDOWS_MS = {Step.MIN30: 200 * DAY_MS, Step.HOUR: 400 * DAY_MS}
AROUND_MS = 40 * DAY_MS
"""How far from the closed days, months and years of a register its half-hours are."""


class Reads(Said, Protocol):
    """What is committed, as far as an export asks."""

    def meters(self) -> dict[str, tuple[str, ...]]:
        """Give the registers that each meter was ever heard of."""
        ...

    def merged_columns(  # noqa: PLR0913 - same
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> IntervalColumns:
        """Give rows out of all sources."""
        ...

    def baselines(self, meter: str) -> list[Baseline]:
        """Give a meter's baselines."""
        ...

    def corrections(self, meter: str) -> list[Correction]:
        """Give the owner's corrections of a meter."""
        ...

    def facts(self, meter: str) -> list[Fact]:
        """Give the dated facts of a meter."""
        ...


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the household decided, and who read what."""

    entries: Sequence[Entry] = ()
    lines: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """A home to be written: its meters by their fluids, its readings, its decisions."""

    fluids: dict[str, Fluid]
    reads: Reads
    devices: Sequence[Device]
    ledger: Ledger
    zone: str
    now_ms: int

    def registers(self) -> list[tuple[str, str]]:
        """Give the registers that are counted or measured, by meter."""
        return [
            (meter, register)
            for meter, names in sorted(self.reads.meters().items())
            for register in names
            if register in CATALOGUE
        ]

    def fitted(self) -> dict[str, Fitted]:
        """Give, by supply point, since when each physical meter counts."""
        known = [one for one in self.devices if one.confirmed]
        return dict(numbered((one.meter, one.from_ms) for one in known))

    def own(self, meter: str, register: str) -> Iterator[tuple[Step, IntervalColumns]]:
        """Give the closed rows of the home's own meter, a page at a time."""
        span = self._span(meter, register)
        if span is None:
            return
        of, columns = (meter, register), self.reads.interval_columns
        for step in INTERVAL_STEPS:
            for page in pages(columns, of, step, span):
                yield step, page

    def merged(
        self, meter: str, register: str, step: Step
    ) -> Iterator[IntervalColumns]:
        """Give the closed rows out of all sources, a page at a time."""
        spans = [self._span(meter, register)]
        for name in {register, CURVE_OF.get(register, register)}:
            first = self.reads.slices(meter, name, 0, EVER_MS, 1)
            until_ms = self.now_ms + AROUND_MS
            spans += [(one.start_ms - AROUND_MS, until_ms) for one in first]
        known = [one for one in spans if one is not None]
        if known:
            span = min(one[0] for one in known), max(one[1] for one in known)
            yield from pages(self.reads.merged_columns, (meter, register), step, span)

    def _span(self, meter: str, register: str) -> tuple[int, int] | None:
        """Give about when the home's own meter speaks of a register; None: never."""
        if not CATALOGUE[register].numeric:
            return None
        edges = self._edges(meter, register, (Step.DAY, Step.MONTH, Step.YEAR))
        # less than a day of them, else
        edges = edges or self._edges(meter, register, (Step.MIN30, Step.HOUR))
        return (min(edges) - AROUND_MS, max(edges) + AROUND_MS) if edges else None

    def _edges(self, meter: str, register: str, steps: Sequence[Step]) -> list[int]:
        found: list[int] = []
        for step in steps:
            of = (meter, register, step, 0, EVER_MS, MOST)
            rows = self.reads.interval_columns(*of)
            found += [*rows.start_ms[:1], *rows.end_ms[-1:]]
        return found

    def said(self, meter: str, register: str) -> Iterator[list[Slice]]:
        """Give what sources said, a page at a time."""
        first, limit = 0, PAGE
        kept: set[tuple[int, int, str]] = set()
        while True:
            page = self.reads.slices(meter, register, first, EVER_MS, limit)
            places = [(one.start_ms, one.end_ms, one.origin) for one in page]
            news = [one for at, one in zip(places, page, strict=True) if at not in kept]
            if news:
                yield news
            if len(page) < limit:
                return
            # from the last start again, since others may share it
            limit = limit + PAGE if page[-1].start_ms == first else PAGE
            first, kept = page[-1].start_ms, set(places)


def pages(
    columns: Any, of: tuple[str, str], step: Step, span: tuple[int, int]
) -> Iterator[IntervalColumns]:
    """Give closed rows a window of time after the other; what is open isn't known yet.

    A store may unpack all that it is asked for, whatever the limit: it is asked for
    no more than a window.
    """
    width_ms = WINDOWS_MS.get(step, EVER_MS)
    for first_ms in range(*span, width_ms):
        end_ms = min(first_ms + width_ms, span[1])
        page = columns(*of, step, first_ms, end_ms, MOST)
        closed = page if all(page.revision) else _closed(page)
        if len(closed):
            yield closed


def _closed(page: IntervalColumns) -> IntervalColumns:
    """Leave out rows whose interval is still open."""
    kept = [at for at, revision in enumerate(page.revision) if revision]
    columns = (getattr(page, name) for name in COLUMNS)
    return IntervalColumns(*([column[at] for at in kept] for column in columns))
