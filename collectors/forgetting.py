"""Portals' secrets let go of, once they have brought nothing for long.

A password that no portal takes any more, or of a table that is gone, opens an account
all the same for whoever reads the card.
"""

from __future__ import annotations

import logging
import stat
from collections.abc import Mapping
from pathlib import Path

from collectors import past, plugins
from collectors.collector import Table

log = logging.getLogger(__name__)

DAY_MS = 86_400_000
SUFFIX = ".secret"


def forget(
    directory: Path, tables: Mapping[str, Table], days: int, now_ms: int
) -> list[str]:
    """Remove the secrets in a directory that are over; give their names.

    One that was written meanwhile, or whose portal answered by it, is kept. Those of
    other directories are their owner's alone. Of 0 days, all are kept.
    """
    if not days:
        return []
    names: dict[Path, list[str]] = {}
    for name, table in tables.items():
        path = plugins.secret_path(table)
        if path is not None:
            names.setdefault(path, []).append(name)
    gone = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        whose = names.get(path, [path.name.removesuffix(SUFFIX)])
        if now_ms - _last_ms(path, directory, whose) > days * DAY_MS:
            path.unlink(missing_ok=True)
            log.warning("%s brought nothing for %d days: it is removed", path, days)
            gone.append(path.name)
    return gone


def _last_ms(path: Path, directory: Path, names: list[str]) -> int:
    """Give when a secret was of use last, or was written."""
    told = path.lstat()
    if not stat.S_ISREG(told.st_mode):
        return 1 << 62  # it is no secret of ours
    successes = (past.read(directory, name).success_ms for name in names)
    return max(int(told.st_mtime * 1000), *(at or 0 for at in successes))
