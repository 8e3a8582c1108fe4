"""What a home has, page by page: nothing of it is held longer than it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from edge.catalogue import Fluid
from edge.consent.ledger import Entry
from edge.consent.read_journal import Line
from edge.facts import Fact
from edge.interval import INTERVAL_STEPS, Step
from edge.journal.devices import Device
from edge.portability.readings import Fitted, numbered
from edge.record import Baseline, Correction
from edge.registers import CATALOGUE
from edge.sample import Slice
from edge.stores.protocol import COLUMNS, IntervalColumns

PAGE = 20_000
EVER_MS = 1 << 52


class Reads(Protocol):
    """What is committed, as far as an export asks."""

    def meters(self) -> dict[str, tuple[str, ...]]:
        """Give the registers that each meter was ever heard of."""
        ...

    def interval_columns(  # noqa: PLR0913 - a query has these six dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> IntervalColumns:
        """Give the home's own rows, the open ones at the end."""
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

    def slices(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Slice]:
        """Give what sources said of periods."""
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
        if not CATALOGUE[register].numeric:
            return
        for step in INTERVAL_STEPS:
            for page in pages(self.reads.interval_columns, meter, register, step):
                yield step, page

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
    columns: Any, meter: str, register: str, step: Step, first_ms: int = 0
) -> Iterator[IntervalColumns]:
    """Give closed rows a page at a time; what is still open isn't known yet."""
    while True:
        page = columns(meter, register, step, first_ms, EVER_MS, PAGE)
        count = len(page)
        closed = page if all(page.revision) else _closed(page)
        if len(closed):
            yield closed
        if count < PAGE:
            return
        first_ms = page.start_ms[-1] + 1


def _closed(page: IntervalColumns) -> IntervalColumns:
    """Leave out rows whose interval is still open."""
    kept = [at for at, revision in enumerate(page.revision) if revision]
    columns = (getattr(page, name) for name in COLUMNS)
    return IntervalColumns(*([column[at] for at in kept] for column in columns))
