"""A home that is killed at each step of deciding: for each step, a process of its own.

Run as `python consent_child.py DIRECTORY`. A step is one statement to SQLite, and kill
-9 comes before it or behind it. What a process acknowledged is in `acked`, in the
directory named by its step: the rights as they were, a line a decision.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge.consent.consents import Consents
from edge.consent.ledger import FILE, Ledger
from edge.consent.standing import stands
from edge.consent.time import ConsentTime
from edge.journal.database import Row, SqliteDatabase
from tests.real.consent_plan import PARIS, PLAN, Standing, rights

DONE = "done"


class Mortal(SqliteDatabase):
    """A database whose process dies at its n-th half statement."""

    left = 0

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        self._spend()
        rows = super().execute(sql, parameters)
        self._spend()
        return rows

    def _spend(self) -> None:
        Mortal.left -= 1
        if Mortal.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def live(directory: Path, steps: int) -> None:
    """Decide all that is planned, and die at a step; acknowledge what is done."""
    directory.mkdir(mode=0o700)
    Mortal.left = steps
    acked = os.open(directory / "acked", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    ledger = Ledger(directory / FILE, Mortal)
    time = ConsentTime(ledger, Standing())
    consents = Consents(ledger, time, PARIS, stands(ledger.entries()))
    # a listener is a channel: what it is told of must be on the disk already
    told = os.open(directory / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    consents.listen(lambda _: os.write(told, json.dumps(rights(consents)).encode()))
    for decide in PLAN:
        decide(consents)
        os.write(acked, json.dumps(rights(consents)).encode() + b"\n")
        os.ftruncate(told, 0)
    consents.close()
    (directory / DONE).touch()


def main(directory: Path) -> None:
    """Live once for each step, until a life is not cut short."""
    steps = 0
    while not (directory / str(steps) / DONE).exists():
        steps += 1
        child = os.fork()
        if child == 0:
            live(directory / str(steps), steps)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
