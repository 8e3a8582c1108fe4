"""Databases put in the place of others: all of them, whenever the power goes.

They are made ready in a directory, which gets its name by one rename: before it
nothing was touched, from then on whoever opens the home finishes first.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from edge import private_file  # whole, for it begins by importing this package
from edge.errors import JournalError
from edge.journal import leaving
from edge.journal.file import COMPANIONS, JOURNAL, sync_directory
from edge.sample import utc

READY = "restored"
PLAN = "plan.json"


def switch(made: Path, data_dir: Path, names: Sequence[str], now_ms: int) -> None:
    """Put what `made` has of `names` in place, what is there under another name.

    Both are of one disk, and this process has the directory's lock.
    """
    plan = {
        "stamp": utc(now_ms).strftime("%Y%m%dT%H%M%SZ"),
        "names": {name: (made / name).exists() for name in names},
    }
    with os.fdopen(os.open(made / PLAN, private_file.FLAGS, 0o600), "w") as file:
        json.dump(plan, file)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(made)
    made.rename(data_dir / READY)
    sync_directory(data_dir)
    finish(data_dir)


def finish(data_dir: Path) -> bool:
    """Finish a switch that was cut off, if there is one; tell whether there was.

    A home that its household leaves is emptied first, or isn't opened at all. Raises
    JournalError when the disk lets it not.
    """
    leaving.obeyed(data_dir)
    ready = data_dir / READY
    if not cut_off(data_dir):  # what is left of one that was finished
        shutil.rmtree(ready, ignore_errors=True)
        return False
    try:
        plan = json.loads((ready / PLAN).read_text())
        # The journal last: who finds a new one finds all the others new.
        for name in sorted(plan["names"], key=lambda name: name == JOURNAL):
            is_new = plan["names"][name]
            if (ready / name).exists() or not is_new:  # else it is in place already
                _put(ready, data_dir, name, plan["stamp"])
        (ready / PLAN).unlink()
        sync_directory(ready)
    except OSError as error:
        raise JournalError(
            f"a restore that was cut off can't be finished: {error.strerror}",
            hint=f"{data_dir} must be writable and have room; then start again",
        ) from error
    shutil.rmtree(ready, ignore_errors=True)
    return True


def cut_off(data_dir: Path) -> bool:
    """Tell whether a switch waits to be finished."""
    return (data_dir / READY / PLAN).exists()


def _put(ready: Path, data_dir: Path, name: str, stamp: str) -> None:
    """Keep what there is under another name, and put the new one there, if any."""
    for suffix in reversed(COMPANIONS):
        old = data_dir / f"{name}{suffix}"
        if old.exists():
            old.rename(data_dir / f"{name}.before-restore.{stamp}{suffix}")
    sync_directory(data_dir)
    if (ready / name).exists():
        (ready / name).rename(data_dir / name)
        sync_directory(data_dir)
        sync_directory(ready)
