"""Runs handovers, each a process of its own that is killed on its way.

Reads a list of jobs [words, kind, number] as JSON, and kills each at the number-th
thing of a kind that it does, as tests/edge/backup/killing.py. Says of each its exit
status and how many things it did, if it came to an end.
"""

from __future__ import annotations

import json
import os
import signal
import sys

from typer.testing import CliRunner

from cli.main import app
from edge.portability import sealed
from tests.edge.backup.killing import counting, forked


def main() -> None:
    sealed.LOG_N = 4  # a guess costs little here
    CliRunner().invoke(app, ["handover", "--help"])  # imported once, for all
    import edge.handover.handing  # noqa: F401, PLC0415 - same

    json.dump([forked(run, job) for job in json.load(sys.stdin)], sys.stdout)


def run(words: list[str], kind: str, number: int) -> int:
    done = 0

    def one() -> None:
        nonlocal done
        done += 1
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)

    counting(kind, one)
    result = CliRunner().invoke(app, words)
    sys.setprofile(None)
    assert result.exit_code == 0, result.output + str(result.exception)
    return done


if __name__ == "__main__":
    main()
