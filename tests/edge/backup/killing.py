"""Runs backups and restores, each a process of its own that is killed on its way.

Reads a list of jobs [what, home, file, kind, number] as JSON, and kills each at the
number-th thing of a kind that it does: any call into C, or a change of names on the
disk. Says of each its exit status and how many things it did, if it came to an end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.backup import backup, restore
from edge.portability import sealed

PHRASE = "four words nobody guesses"
NAMES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir")


def main() -> None:
    sealed.LOG_N = 4  # a guess costs little here
    jobs = json.load(sys.stdin)
    json.dump([forked(run, job) for job in jobs], sys.stdout)


def forked(run: Callable[..., int], job: list[Any]) -> tuple[int, int]:
    """Run a job in a process of its own; give its exit status, and what it counted."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(run(*job)).encode())
            os._exit(0)
        except BaseException:  # noqa: BLE001 - told to the test, whatever it is
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as file:
        count = file.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), int(count or 0)


def run(what: str, home: str, file: str, kind: str, number: int) -> int:
    done = 0

    def one() -> None:
        nonlocal done
        done += 1
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)

    counting(kind, one)
    if what == "backup":
        backup(Path(home), Path(file), passphrase=PHRASE)
    else:
        restore(Path(file), Path(home), force=True, passphrase=PHRASE)
    sys.setprofile(None)
    return done


def counting(kind: str, one: Callable[[], None]) -> None:
    if kind == "names":
        sys.addaudithook(lambda event, _args: one() if event in NAMES else None)
    else:
        sys.setprofile(lambda _frame, event, _arg: one() if event == "c_call" else None)


if __name__ == "__main__":
    main()
