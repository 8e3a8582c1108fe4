"""Taking a home's pack: its rows come back as they were, where nothing stands yet.

Own rows are appended as such, since a meter's word isn't a source's: made slices, they
would come behind the operator's (decision 15). What the home has measured itself stays.
Rows are appended in many transactions, so that a Pi's memory is enough; broken off, it
is taken again, and goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge.catalogue import Fluid
from edge.facts import Fact
from edge.importing.comparison import standing
from edge.interval import Interval, Step
from edge.journal.devices import Device
from edge.portability import kept, readings
from edge.portability.opening import Opened
from edge.portability.refusal import PackRefused
from edge.portability.writing import HOME_PROFILE, Tell
from edge.record import Address, Baseline, Body, Lane
from edge.sample import Slice
from edge.stores.protocol import IntervalColumns
from edge.turn import in_turn

BATCH = 2_000
"""Rows of one record."""
TOGETHER = 16
"""Records of one transaction; then they are projected, so that nothing piles up."""


class PackJournal(Protocol):
    """A journal, as far as a pack needs it."""

    async def append(
        self, bodies: Sequence[Body], *, lane: Lane = ...
    ) -> tuple[Address, ...]:
        """Append bodies, all or none."""
        ...

    async def restore_devices(self, known: Sequence[Device]) -> int:
        """Note the physical meters of a home that moved here."""
        ...

    async def note_facts(self, told: Sequence[Fact]) -> None:
        """Add dated facts."""
        ...

    def facts(self, meter: str) -> list[Fact]:
        """Give the dated facts of a meter."""
        ...

    def baselines(self, meter: str) -> list[Baseline]:
        """Give a meter's baselines."""
        ...


class PackReads(Protocol):
    """What stands, as far as a pack needs it."""

    def interval_columns(  # noqa: PLR0913 - a query has these six dimensions
        self,
        meter: str,
        register: str,
        step: Step,
        start_ms: int,
        end_ms: int,
        limit: int,
    ) -> IntervalColumns:
        """Give the home's own rows."""
        ...

    def slices(
        self, meter: str, register: str, start_ms: int, end_ms: int, limit: int
    ) -> list[Slice]:
        """Give what sources said of periods."""
        ...


@dataclass(slots=True)
class Taken:
    """What came of a pack: rows taken, and rows in whose place something stood."""

    rows: int = 0
    kept: int = 0
    devices: int = 0
    facts: int = 0
    meters: tuple[str, ...] = ()


@dataclass(slots=True)
class Taker:
    """Takes packs into one home; `project` has the store follow the journal."""

    journal: PackJournal
    reads: PackReads
    fluids: Mapping[str, Fluid]
    now_ms: Callable[[], int]
    project: Callable[[], Awaitable[None]]
    _waiting: list[Body] = field(default_factory=list)

    async def take(self, pack: Opened, tell: Tell) -> Taken:
        """Take a pack; raise PackRefused before anything of it is taken."""
        if pack.profile != HOME_PROFILE:
            raise PackRefused("this pack holds no home")
        tell("verify", 0.0)
        await in_turn(pack.verify)
        with pack.text(kept.HOME) as text:
            document = json.load(text)
        self._check(document["meters"])
        taken = Taken(meters=tuple(document["meters"]))
        taken.devices = await self.journal.restore_devices(kept.devices_of(document))
        await self._words(document, taken)
        size, at = int(pack.resources[readings.PATH]["bytes"]), 0
        with pack.text(readings.PATH) as text:
            rows = _batches(readings.read(text, self.now_ms()))
            while (batch := await in_turn(next, rows, None)) is not None:
                await self._batch(batch, taken)
                at += 100 * len(batch)
                tell(batch[0].register, min(0.99, at / size))
        await self._flush()
        tell("done", 1.0)
        return taken

    def _check(self, meters: Mapping[str, str]) -> None:
        """Refuse a home whose meters aren't configured here, by the same names."""
        for meter, fluid in meters.items():
            if self.fluids.get(meter) != fluid:
                raise PackRefused(
                    f"the pack has a meter {meter!r} of {fluid}, and this home none",
                    hint=f'add it to releve.toml first: [[meters]] id = "{meter}"',
                )

    async def _words(self, document: Mapping[str, object], taken: Taken) -> None:
        """Take what indexes stand on, and the dated facts that aren't here yet."""
        fresh = [
            one
            for one in kept.baselines_of(document)
            if (one.at_ms, one.offsets)
            not in [(b.at_ms, b.offsets) for b in self.journal.baselines(one.meter)]
        ]
        if fresh:
            await self.journal.append(fresh, lane=Lane.HISTORY)
        facts = kept.facts_of(document)
        known = {
            fact.key
            for meter in {one.meter for one in facts}
            for fact in self.journal.facts(meter)
        }
        new = [one for one in facts if one.key not in known]
        await self.journal.note_facts(new)
        taken.facts = len(new)

    async def _batch(self, batch: Sequence[Interval | Slice], taken: Taken) -> None:
        fresh = await in_turn(self._fresh, batch)
        taken.rows += len(fresh)
        taken.kept += len(batch) - len(fresh)
        if fresh:
            self._waiting.append(fresh)
        if len(self._waiting) >= TOGETHER:
            await self._flush()

    async def _flush(self) -> None:
        if self._waiting:
            await self.journal.append(self._waiting, lane=Lane.HISTORY)
            self._waiting = []
            await self.project()

    def _fresh(
        self, batch: Sequence[Interval | Slice]
    ) -> tuple[Slice, ...] | tuple[Interval, ...]:
        """Leave out rows in whose place something stands."""
        slices = [one for one in batch if isinstance(one, Slice)]
        if slices:
            there = standing(self.reads, slices)
            return tuple(
                one
                for one in slices
                if (one.start_ms, one.end_ms, one.origin) not in there
            )
        own = [one for one in batch if isinstance(one, Interval)]
        first, last = own[0], own[-1]
        stand = self.reads.interval_columns(
            *(first.meter, first.register, first.step),
            *(first.start_ms, last.start_ms + 1, BATCH + 1),
        )
        starts = {
            start
            for start, revision in zip(stand.start_ms, stand.revision, strict=True)
            if revision
        }
        return tuple(one for one in own if one.start_ms not in starts)


def _batches(
    rows: Iterator[Interval | Slice],
) -> Iterator[list[Interval | Slice]]:
    """Part rows by meter, register and step, and into records."""
    batch: list[Interval | Slice] = []
    of: tuple[object, ...] = ()
    for row in rows:
        step = row.step if isinstance(row, Interval) else None
        series = (row.meter, row.register, step)
        if batch and (series != of or len(batch) == BATCH):
            yield batch
            batch = []
        of = series
        batch.append(row)
    if batch:
        yield batch
