"""A backup put back obeys what the home had erased since: by the home as it is now."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from edge.erasure.readings import Readings
from edge.errors import JournalError
from edge.journal import erased, erased_file
from edge.journal.database import SqliteDatabase
from edge.journal.erased import Erased
from edge.journal.file import JOURNAL
from edge.journal.journal import Journal
from edge.stores.projector import Projector
from edge.stores.sqlite.store import FILE, SqliteStore


def obeyed(scratch: Path, data_dir: Path) -> int:
    """Erase in restored databases what the home of now had erased; give how often.

    Before they are put in place. Other places are looked at again at the next start.
    Where its journal can't be read any more, by what stands beside it. Raises
    EdgeError.
    """
    known = _stones(data_dir / JOURNAL)
    stones = [*known, *erased_file.missing(known, data_dir)]
    if stones:
        with ThreadPoolExecutor(1) as thread:  # which has no loop of another's
            thread.submit(lambda: asyncio.run(_erase(scratch, stones))).result()
    return len(stones)


def _stones(journal: Path) -> list[Erased]:
    if not journal.exists():
        return []
    try:
        with closing(SqliteDatabase(journal, read_only=True)) as database:
            return erased.read(database)
    except JournalError:  # of an older schema, or damaged
        return []


async def _erase(scratch: Path, stones: list[Erased]) -> None:
    journal = Journal.open(scratch, ballast_bytes=0)
    try:
        store = SqliteStore(scratch / FILE)
        try:
            await _erase_from(
                Readings(journal, store, Projector(journal, store)), stones
            )
        finally:
            store.close()
    finally:
        journal.close()


async def _erase_from(readings: Readings, stones: list[Erased]) -> None:
    journal = readings.journal
    numbers = await journal.bury(stones)
    for number, stone in zip(numbers, stones, strict=True):
        gone = await readings.erase(stone)
        again = replace(
            stone, number=number, finished_ms=None, places={readings.name: gone}
        )
        await journal.note_erased(again)
    await readings.clean()
