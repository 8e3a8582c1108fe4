"""The importer: previews a file, takes it in one transaction, takes it back."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from edge.errors import JournalError
from edge.facts import Fact
from edge.importing import facts
from edge.importing.bodies import Slot, batches, received, slot
from edge.importing.bounds import Judged
from edge.importing.comparison import (
    Compared,
    by_series,
    compare,
    measured,
    same,
    standing,
)
from edge.importing.packed import pack, unpack
from edge.importing.reading import Asked, Home, read
from edge.importing.refusal import ImportRefused
from edge.importing.report import Report, told
from edge.journal.erased import Erased, Tombstones
from edge.journal.imports import Imported
from edge.record import Body
from edge.registers import CATALOGUE
from edge.sample import Slice
from edge.stores.protocol import Said
from edge.turn import in_turn
from exports.reading.apart import Apart
from exports.reading.ask import Reader
from exports.reading.carried import printable
from exports.said import Export, Refused

LONG_NUMBER = re.compile(r"[0-9]{9,}")
"""A supply point's number, which files are often named by."""

LONGEST_NAME, LONGEST_DETAIL = 1_000, 600

Tell = Callable[[str, float], None]


class ImportJournal(Protocol):
    """A journal, as far as the importer needs it."""

    async def take_import(
        self,
        one: Imported,
        packed: bytes,
        bodies: Sequence[Body],
        told: Sequence[Fact],
    ) -> int:
        """Append what a file changes, all or none."""
        ...

    def facts(self, meter: str) -> list[Fact]:
        """Give the dated facts of a meter."""
        ...

    def erased(self) -> list[Erased]:
        """Give what the owner had erased."""
        ...

    async def undo_import(
        self, number: int, at_ms: int, bodies: Sequence[Body]
    ) -> Imported:
        """Append what takes an import back, all or none."""
        ...

    def imported(self) -> list[Imported]:
        """Give every import, oldest first."""
        ...

    def said_by_import(self, number: int) -> bytes:
        """Give what an import said, packed."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read, judged and compared: all but the commit."""

    report: Report
    format: str
    digest: str
    compared: Compared
    facts: Sequence[Fact] = ()
    new_facts: int = 0


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of taking an import back: slices withdrawn, or put back as they were.

    `kept` counts those that another import says as well, or that were said anew since.
    """

    number: int
    withdrawn: int
    restored: int
    kept: int


def _silent(_step: str, _part: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Importer:
    """Imports files into one journal; one at a time."""

    journal: ImportJournal
    reads: Said
    home: Home
    now_ms: Callable[[], int]
    reader: Reader = field(default_factory=Apart)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, data: bytes, asked: Asked, tell: Tell = _silent) -> Report:
        """Import a file, or preview it; a refusal is a report as well.

        Raises DiskFull or JournalError when it can't be committed: then nothing was.
        """
        async with self._one:
            try:
                prepared = await in_turn(self.prepare, data, asked, tell)
            except ImportRefused as error:
                return refused(asked, error)
            report, compared = prepared.report, prepared.compared
            changes = compared.new or compared.changed or prepared.new_facts
            if asked.dry_run or not changes:
                return report
            tell("commit", 0.7)
            number = await self._commit(prepared)
            tell("commit", 1.0)
            return replace(report, number=number)

    def prepare(self, data: bytes, asked: Asked, tell: Tell = _silent) -> Prepared:
        """Read, judge and compare a file; raise ImportRefused. Blocks."""
        tell("read", 0.0)
        found = read(data, asked, self.home, self.now_ms(), self.reader)
        slices, refused = spared(found.judged, self.journal.erased())
        tell("compare", 0.5)
        compared = compare(self.reads, slices)
        report = Report(
            file=printable(asked.name, LONGEST_NAME),
            format=found.export.format,
            title=found.title,
            series=told(slices),
            new=len(compared.new),
            changed=len(compared.changed),
            unchanged=len(compared.unchanged),
            refused=refused,
            absent=len(found.export.absent),
            measured=measured(self.reads, [*compared.new, *compared.changed]),
            dry_run=asked.dry_run,
        )
        digest = hashlib.sha256(data).hexdigest()
        told_facts = self._facts(found.export, slices)
        meter = told_facts[0].meter if told_facts else ""
        known = {one.key for one in self.journal.facts(meter)} if meter else set()
        new = sum(one.key not in known for one in told_facts)
        name = found.export.format
        report = replace(report, facts=len(told_facts))
        return Prepared(report, name, digest, compared, told_facts, new)

    def _facts(self, export: Export, slices: Sequence[Slice]) -> list[Fact]:
        """Give what a file tells besides; of which meter, its amounts say."""
        if not export.facts or not slices:
            return []
        one = slices[0]
        fluid = CATALOGUE[one.register].fluid
        return facts.told(export.facts, one.meter, fluid, one.origin)

    async def _commit(self, prepared: Prepared) -> int:
        """Append what is new or changed, later than what stands in its place."""
        compared, report = prepared.compared, prepared.report
        at_ms = max(self.now_ms(), compared.newest_ms + 1)

        def work() -> tuple[bytes, list[Body]]:
            everything = [*compared.new, *compared.changed, *compared.unchanged]
            fresh = received([*compared.new, *compared.changed], at_ms)
            return pack(everything), batches(fresh)

        packed, bodies = await in_turn(work)
        one = Imported(
            number=0,
            at_ms=at_ms,
            undone_ms=None,
            name=LONG_NUMBER.sub("…", report.file.rpartition("/")[2])[:200],
            digest=prepared.digest,
            format=prepared.format,
            meters=tuple(dict.fromkeys(told.meter for told in report.series)),
            new=report.new,
            changed=report.changed,
            unchanged=report.unchanged,
            refused=len(report.refused),
        )
        return await self.journal.take_import(one, packed, bodies, prepared.facts)

    def listed(self) -> list[Imported]:
        """Give every import, oldest first; blocks while it reads."""
        return self.journal.imported()

    async def undo(self, number: int) -> Undone:
        """Take an import back: what the newest other import says stands, else nothing.

        Raises ImportRefused when there is none of that number, or it was undone.
        """
        async with self._one:
            try:
                undone, at_ms, bodies = await in_turn(self._taking_back, number)
                await self.journal.undo_import(number, at_ms, bodies)
            except JournalError as error:
                if type(error) is not JournalError:
                    raise
                raise ImportRefused("no-such-import", error.message) from error
            return undone

    def _taking_back(self, number: int) -> tuple[Undone, int, list[Body]]:
        mine = unpack(self.journal.said_by_import(number))
        meters = {one.meter for one in mine}
        others: dict[Slot, Slice] = {}
        for entry in self.journal.imported():
            live = entry.undone_ms is None and entry.number != number
            if live and meters & set(entry.meters):
                said = unpack(self.journal.said_by_import(entry.number))
                others.update((slot(each), each) for each in said)
        back: list[Slice] = []
        kept = newest = 0
        for some in by_series(mine).values():
            there = standing(self.reads, some)
            for one in some:
                stands = there.get((one.start_ms, one.end_ms, one.origin))
                other = others.get(slot(one))
                if stands is None or not same(stands, one):
                    kept += 1  # someone said otherwise since
                    continue
                if other is not None and same(stands, other):
                    kept += 1
                    continue
                newest = max(newest, stands.received_ms)
                back.append(other or replace(one, value=None, index_end=None))
        at_ms = max(self.now_ms(), newest + 1)
        withdrawn = sum(one.value is None for one in back)
        undone = Undone(number, withdrawn, len(back) - withdrawn, kept)
        return undone, at_ms, batches(received(back, at_ms))


def spared(
    judged: Judged, stones: Sequence[Erased]
) -> tuple[list[Slice], list[Refused]]:
    """Give the slices that the owner had not erased, and what is refused."""
    left = list(Tombstones(stones).slices(judged.slices)) if stones else judged.slices
    gone = len(judged.slices) - len(left)
    if not gone:
        return left, judged.refused
    why = f"{gone} rows speak of a time that you had erased"
    return left, [*judged.refused, Refused("file", "erased", why)]


def refused(asked: Asked, error: ImportRefused) -> Report:
    """Say of a file that was refused whole why it was."""
    said = Refused("file", error.reason, printable(error, LONGEST_DETAIL))
    name = printable(asked.name, LONGEST_NAME)
    return Report(name, refused=(said,), dry_run=asked.dry_run, whole=True)
