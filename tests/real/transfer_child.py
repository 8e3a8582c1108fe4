"""`releve` again and again, each time a process of its own, killed on its way if told.

Reads a job a line, answers a line. {"words", "at"}: begins a command, which dies at the
at-th thing that it does in a home's transfers or to another home; its pid. {"poll"},
{"wait"}, {"kill"}: how a pid ended, None while it hasn't. What is loaded is so once.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from pathlib import Path

from cli import transfer_place
from cli.main import main
from edge.outgoing.places import Guard
from edge.portability import sealed
from edge.transfer import sending

THINGS = {"open", "os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir"}
HERE = Guard(judge=lambda _ip: None)
LOADED = (
    *("cli.compose", "cli.run", "cli.transfer", "cli.transfer_sending"),
    *("edge.lan.part", "edge.transfer.receiving", "edge.outputs.cozy.part"),
)

EASED = (
    (sealed, "LOG_N"),
    *((transfer_place, name) for name in ("GUARD", "PATIENCE_S", "AGAIN_S")),
    *((sending, name) for name in ("MOST_PIECE", "LEAST_PIECE", "LAST_AGAIN_S")),
)
"""What is set so that a test waits for nothing."""


class Counted:
    """Counts what is done in transfers; dies at a number."""

    def __init__(self, at: int) -> None:
        self.at, self.done = at, 0

    def __call__(self, event: str, told: tuple[object, ...]) -> None:
        if event == "socket.connect" or (event in THINGS and ours(told[0])):
            self.done += 1
            if self.done == self.at:
                os.kill(os.getpid(), signal.SIGKILL)


def ours(path: object) -> bool:
    if isinstance(path, int):  # a file that is open by its number
        path = Path(f"/proc/self/fd/{path}").readlink()
    return "/transfers/" in (path.decode() if isinstance(path, bytes) else str(path))


def eased() -> None:
    """Let this machine be reached, by small pieces, soon again."""
    transfer_place.GUARD = HERE
    sealed.LOG_N = 4
    sending.MOST_PIECE = sending.LEAST_PIECE = 5_000
    sending.LAST_AGAIN_S = transfer_place.AGAIN_S = 0.05
    transfer_place.PATIENCE_S = 0.5


def begun(words: list[str], at: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)  # our answers are lines of the one before
        sys.argv = ["releve", *words]
        sys.addaudithook(Counted(at))
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - it is told, whatever it is
        traceback.print_exc()
    finally:
        os._exit(code)


def ended(pid: int, how: int) -> int | None:
    found, status = os.waitpid(pid, how)
    return os.waitstatus_to_exitcode(status) if found else None


def answered(job: dict[str, object]) -> int | None:
    match job:
        case {"words": list(words), "at": int(at)}:
            return begun(words, at)
        case {"poll": int(pid)}:
            return ended(pid, os.WNOHANG)
        case {"wait": int(pid)}:
            return ended(pid, 0)
        case {"kill": int(pid)}:
            os.kill(pid, signal.SIGKILL)
            return ended(pid, 0)
    raise ValueError(job)


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    eased()
    for line in sys.stdin:
        print(json.dumps(answered(json.loads(line))), flush=True)  # noqa: T201 - its answer
