"""A database copied as it is at one instant, while others may write to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from edge.journal.database import uri

PAGES = 512


def copy(
    source: Path,
    target: Path,
    progress: Callable[[float], None] = lambda _part: None,
    *,
    alone: bool = False,
) -> None:
    """Copy into a new file that stands alone; `alone`: this process has the source so.

    `progress` is told the part that is done, 0.0 to 1.0. Raises sqlite3.Error.
    """

    def told(_status: int, remaining: int, total: int) -> None:
        progress(1 - remaining / max(1, total))

    with (
        closing(_connect(uri(source, "ro", alone=alone))) as live,
        closing(_connect(uri(target, "rwc"))) as to,
    ):
        live.execute("BEGIN")
        live.execute(
            "SELECT count(*) FROM sqlite_schema"
        ).fetchone()  # fixes the instant
        live.backup(to, pages=PAGES, progress=told, sleep=0)
        # one file alone: a copy has no companions
        to.execute("PRAGMA journal_mode=DELETE")


def _connect(at: str) -> sqlite3.Connection:
    return sqlite3.connect(at, uri=True, isolation_level=None, timeout=10.0)
