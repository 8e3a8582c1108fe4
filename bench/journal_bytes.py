"""Bytes that the journal alone writes in a simulated day, by page and checkpoint size.

    python -m bench.journal_bytes [--grid]

95,000 frames of a standard-mode meter, a commit each 30 s, a cursor that moves with
each hour. `write_bytes` is what the kernel counts for this process (whole 4 KiB pages
of the cache, so run it on a real disk); `written` is what SQLite hands over, counted at
its door. Neither counts the file system's own journal.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.projection import METER, day
from bench.table import Row, machine, render
from edge.journal import Journal, Policy
from edge.journal.database import LoneDatabase
from edge.journal.database import Row as SqlRow
from edge.journal.file import CHECKPOINT_PAGES
from edge.journal.schema import PAGE_SIZE
from edge.record import Lane

TARGET_MB = 27.0
MB = 1_000_000
LIVE = Policy(commit_s=3600.0)
HOUR_BLOCKS = 110
GRID = ((1024, 1000), (1024, 4000), (1024, 8000), (4096, 250), (4096, 1000))


class Tuned:
    """Opens databases with another page and checkpoint size; counts nothing itself."""

    def __init__(self, page_size: int, checkpoint_pages: int) -> None:
        self.page_size, self.checkpoint_pages = page_size, checkpoint_pages

    def __call__(self, path: Path, *, read_only: bool = False) -> TunedDatabase:
        """Open one."""
        return TunedDatabase(path, self, read_only=read_only)


class TunedDatabase(LoneDatabase):
    """The journal's door, with two settings changed on the way."""

    def __init__(self, path: Path, tuned: Tuned, *, read_only: bool) -> None:
        super().__init__(path, read_only=read_only)
        self._tuned = tuned

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[SqlRow]:
        """Run a statement, the two settings in place of the journal's own."""
        if sql.startswith("PRAGMA page_size="):
            sql = f"PRAGMA page_size={self._tuned.page_size}"
        elif sql.startswith("PRAGMA wal_autocheckpoint="):
            sql = f"PRAGMA wal_autocheckpoint={self._tuned.checkpoint_pages}"
        return super().execute(sql, parameters)


def _counted(name: str) -> int:
    for line in Path("/proc/self/io").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


async def _live(journal: Journal) -> int:
    """Live a day; give the commits."""
    await journal.register("store", [Lane.PRESENT])
    commits = 0
    for block in day():
        for sample in block.samples():
            journal.add_sample(sample)
        address = await journal.commit()
        commits += 1
        if commits % HOUR_BLOCKS == 0:
            await journal.move("store", Lane.PRESENT, address)
    return commits


def lived(page_size: int, checkpoint_pages: int) -> tuple[float, float, float, int]:
    """Give megabytes counted by the kernel, handed over, kept; and the commits."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as directory:
        place = Path(directory) / "home"
        connect = Tuned(page_size, checkpoint_pages)
        journal = Journal.open(place, policy=LIVE, connect=connect, ballast_bytes=4096)
        before, handed = _counted("write_bytes"), _counted("wchar")
        try:
            commits = asyncio.run(_live(journal))
        finally:
            journal.close()
        written = (_counted("write_bytes") - before) / MB
        handed_over = (_counted("wchar") - handed) / MB
        kept = (place / "journal.db").stat().st_size / MB
    return written, handed_over, kept, commits


def measure(*, grid: bool = False) -> list[Row]:
    """Give the journal's megabytes a day, as it is set, or for a grid of settings."""
    rows = []
    for page_size, pages in GRID if grid else ((PAGE_SIZE, CHECKPOINT_PAGES),):
        written, handed_over, kept, commits = lived(page_size, pages)
        rows.append(
            Row(
                f"journal alone, a day, {page_size} B pages, checkpoint at {pages}",
                written,
                "MB",
                TARGET_MB,
                at_least=False,
                beside=f"{handed_over:.1f} MB handed over in {commits} commits of"
                f" {METER}; {kept:.1f} MB kept",
            )
        )
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grid", action="store_true", help="compare settings")
    print(machine())
    print(render(measure(grid=parser.parse_args().grid)))


if __name__ == "__main__":
    main()
