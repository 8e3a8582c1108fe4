"""Taking a home's pack: its rows come back as they were, where nothing stands yet.

Own rows are appended as such, since a meter's word isn't a source's: made slices, they
would come behind the operator's (decision 15). What the home has measured itself stays.
Rows are appended in many transactions, so that a Pi's memory is enough; broken off, it
is taken again, and goes on where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from edge.calendar import calendar_of
from edge.catalogue import Fluid
from edge.importing.comparison import standing
from edge.interval import Interval
from edge.portability import kept, readings
from edge.portability.opening import Opened
from edge.portability.protocol import PackJournal, PackReads
from edge.portability.refusal import PackRefused
from edge.portability.seams import Seams, summed
from edge.portability.words import Words
from edge.portability.writing import HOME_PROFILE, Tell
from edge.record import Body, Lane
from edge.registers import CATALOGUE
from edge.rollup.part import same
from edge.sample import Slice
from edge.turn import in_turn

BATCH = 2_000
"""Rows of one record."""
LINE = 100
"""Bytes of a line, about, to tell how far it is."""
TOGETHER = 16
"""Records of one transaction; then they are projected, so that nothing piles up."""


@dataclass(slots=True)
class Taken:
    """What came of a pack: rows taken, and rows in whose place something stood.

    `summed` are hours to years that were summed anew where two homes' rows meet.
    """

    rows: int = 0
    kept: int = 0
    summed: int = 0
    devices: int = 0
    facts: int = 0
    meters: tuple[str, ...] = ()


def _nothing(_meter: str) -> None:
    """Have nobody look again."""


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes packs into one home, one at a time.

    `project` has the store follow the journal; `fitted` is told of a meter whose
    physical meters and baselines moved in, for its gate to know.
    """

    journal: PackJournal
    reads: PackReads
    fluids: Mapping[str, Fluid]
    zone: ZoneInfo
    now_ms: Callable[[], int]
    project: Callable[[], Awaitable[None]]
    fitted: Callable[[str], None] = _nothing
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, pack: Opened, tell: Tell) -> Taken:
        """Take a pack; raise PackRefused.

        What is refused before its rows are read was refused whole. A row that is none
        ends it where it stands: what came before stays, and is found there again.
        """
        if pack.profile != HOME_PROFILE:
            raise PackRefused("this pack holds no home")
        if readings.PATH not in pack.resources:
            raise PackRefused(f"the pack has no {readings.PATH}")
        async with self._one:
            tell("verify", 0.0)
            await in_turn(pack.verify)
            words = await in_turn(kept.read, pack)
            self._check(words)
            taken = Taken(meters=tuple(words.meters))
            await self._words(words, taken)
            await self._rows(pack, taken, tell)
            tell("done", 1.0)
            return taken

    def _check(self, words: Words) -> None:
        """Refuse a home that isn't this one: other meters, or another civil time."""
        for meter, fluid in words.meters.items():
            if self.fluids.get(meter) != fluid:
                raise PackRefused(
                    f"the pack has a meter {meter[:40]!r} of {fluid[:40]}, and this"
                    " home has none",
                    hint=f'add it to releve.toml first: [[meters]] id = "{meter[:40]}"',
                )
        if words.zone != self.zone.key:
            raise PackRefused(
                f"the pack's days are those of {words.zone[:40]}, and this home's of"
                f" {self.zone.key}",
                hint=f'set time_zone = "{words.zone[:40]}" in releve.toml',
            )

    async def _words(self, words: Words, taken: Taken) -> None:
        """Take what was fitted when, what indexes stand on, and the dated facts."""
        taken.devices = await self.journal.restore_devices(words.devices)
        for meter in words.meters:
            if await in_turn(self.reads.heard, meter) is not None:
                continue  # it counts from a start of its own already
            known = [(b.at_ms, b.offsets) for b in self.journal.baselines(meter)]
            fresh = [
                one
                for one in words.baselines
                if one.meter == meter and (one.at_ms, one.offsets) not in known
            ]
            if fresh:
                # ahead of what the meter says from now on: behind it, they would have
                # the roller look anew at a time of which it has no reading
                await self.journal.append(fresh, lane=Lane.PRESENT)
            self.fitted(meter)
        there = {
            fact.key for meter in words.meters for fact in self.journal.facts(meter)
        }
        new = [one for one in words.facts if one.key not in there]
        await self.journal.note_facts(new)
        taken.facts = len(new)

    async def _rows(self, pack: Opened, taken: Taken, tell: Tell) -> None:
        size, at = int(pack.resources[readings.PATH]["bytes"]), 0
        seams = Seams()
        waiting: list[Body] = []
        with pack.text(readings.PATH) as text:
            rows = _batches(readings.read(text, self.now_ms()))
            while (batch := await in_turn(next, rows, None)) is not None:
                fresh = await in_turn(self._fresh, batch, seams)
                taken.rows += len(fresh)
                taken.kept += len(batch) - len(fresh)
                waiting += [fresh] if fresh else []
                if len(waiting) >= TOGETHER:
                    await self._append(waiting)
                at += LINE * len(batch)
                tell(batch[0].register, min(0.99, at / size))
        await self._append(waiting)
        for of, at_ms in seams.places():
            calendar = calendar_of(CATALOGUE[of[1]].fluid, self.zone)
            again = await in_turn(summed, self.reads, calendar, of, at_ms)
            taken.summed += len(again)
            await self._append([tuple(again)] if again else [])

    async def _append(self, waiting: list[Body]) -> None:
        if waiting:
            await self.journal.append(waiting, lane=Lane.HISTORY)
            waiting.clear()
            await self.project()

    def _fresh(
        self, batch: Sequence[Interval | Slice], seams: Seams
    ) -> tuple[Slice, ...] | tuple[Interval, ...]:
        """Leave out rows in whose place something stands."""
        first, last = batch[0], batch[-1]
        if self.fluids.get(first.meter) is not CATALOGUE[first.register].fluid:
            raise PackRefused(f"{first.meter[:40]!r} counts no {first.register}")
        slices = [one for one in batch if isinstance(one, Slice)]
        if slices:
            there = standing(self.reads, slices)
            return tuple(
                one
                for one in slices
                if (one.start_ms, one.end_ms, one.origin) not in there
            )
        own = self._spared(batch)
        if not own:
            return ()
        of = (first.meter, first.register)
        rows = self.reads.interval_columns(
            *(*of, own[0].step, first.start_ms, last.start_ms + 1, BATCH + 1)
        ).rows(*of, own[0].step)
        stand = {row.start_ms: row for row in rows if row.revision}
        fresh = tuple(one for one in own if one.start_ms not in stand)
        # what says the same is of this very pack, taken before
        met = any(
            not same(one, stand[one.start_ms]) for one in own if one.start_ms in stand
        )
        seams.note(of, fresh, met=met)
        return fresh

    def _spared(self, batch: Sequence[Interval | Slice]) -> list[Interval]:
        """Give the rows of which the owner had nothing erased here.

        They were counted elsewhere: a day's highest power may be of an erased hour.
        """
        stones = [one for one in self.journal.erased() if one.meter == batch[0].meter]
        return [
            row
            for row in batch
            if isinstance(row, Interval)
            and not any(s.takes(row.register, row.start_ms, row.end_ms) for s in stones)
        ]


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
