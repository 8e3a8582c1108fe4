"""`releve`, in a process that may reach this machine, and is killed on its way if told.

RELEVE_DIES_AT: the number-th thing that is done in a home's transfers, or to another
home, is its last; it says how many there were, in the file RELEVE_DONE, at a good end.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from pathlib import Path

from cli import transfer_place
from cli.main import main
from edge.outgoing.places import Guard
from edge.portability import sealed
from edge.transfer import sending

THINGS = {"open", "os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir"}
HERE = Guard(judge=lambda _ip: None)


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
        path = str(Path(f"/proc/self/fd/{path}").readlink())
    return (
        "/transfers/" in os.fsdecode(path)
        if isinstance(path, str | bytes)
        else ("/transfers/" in str(path))
    )


def eased() -> None:
    """Let this machine be reached, by small pieces, soon again."""
    transfer_place.GUARD = HERE
    sealed.LOG_N = 4
    sending.MOST_PIECE = sending.LEAST_PIECE = 5_000
    sending.FIRST_AGAIN_S = sending.LAST_AGAIN_S = 0.05


if __name__ == "__main__":
    eased()
    counted = Counted(int(os.environ.get("RELEVE_DIES_AT", "0")))
    sys.addaudithook(counted)
    if "RELEVE_DONE" in os.environ:
        file = Path(os.environ["RELEVE_DONE"])
        atexit.register(lambda: file.write_text(str(counted.done)))
    main()
