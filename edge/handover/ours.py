"""What Relevé makes in a data directory: all of it goes, and nothing of others."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from stat import S_ISREG

from edge.journal.leaving import STAYS

NAMES = (
    *("journal.db*", "store.db*", "consent.db*", "services.db*", "parked.db*"),
    *("pulses.db*", "pulses-*", "mqtt-*.json", "ballast", "epoch", "epoch.new"),
    *(
        "owner.*",
        "influx.*",
        "backup.json",
        "erased.json",
        "control.sock",
        "*.damaged*",
    ),
    *("backups", "broker", "cloud", "collected", "copies", "cozy", "exporting"),
    *(
        "extracts",
        "import",
        "lan",
        "restored",
        "restoring",
        "staged",
        "transfers",
        ".*",
    ),
)
"""By their names at its top; what begins with a dot is half of one of these."""


def strange(data_dir: Path, stays: Collection[str] = ()) -> list[str]:
    """Give the names in a data directory that are none of ours."""
    known = STAYS | set(stays)
    return sorted(
        path.name
        for path in data_dir.iterdir()
        if path.name not in known
        and not any(fnmatchcase(path.name, one) for one in NAMES)
    )


def size_of(data_dir: Path) -> tuple[int, int]:
    """Give how many files are in a directory, and their bytes."""
    sizes = []
    for path in data_dir.rglob("*"):
        with suppress(OSError):  # a service that runs lets go of some meanwhile
            found = path.lstat()
            sizes += [found.st_size] if S_ISREG(found.st_mode) else []
    return len(sizes), sum(sizes)
