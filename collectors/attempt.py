"""One attempt, in a process of its own: `python -m collectors.attempt`.

It takes one JSON object on its input and gives one on its output. Whatever a portal
does to it — a hang, a flood, a crash — ends with it, and so do the secrets it read.
"""

from __future__ import annotations

import json
import logging
import resource
import signal
import sys
import traceback
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from collectors import plugins, reading, secret_file
from collectors.carried import Carried, excuse
from collectors.collector import Table, Task
from collectors.errors import NotCollected, Reason, Unusable
from collectors.web import Web
from collectors.window import Window
from exports.reading import apart

MEMORY = 1 << 30


def collected(table: Table, window: Window) -> Carried:
    """Ask a portal, and have what it answers read apart; raise NotCollected."""
    try:
        made = plugins.build(table)
    except Unusable as error:
        raise NotCollected(Reason.SETTINGS) from error
    secret = secret_file.read(plugins.secret_path(table), made.secret_lines)
    web = Web()
    try:
        given, excuse = reading.gathered(made.fetch(Task(window, secret, web)))
    finally:
        web.close()
    zone = str(table.get("zone") or "Europe/Paris")
    return reading.read(made, given, excuse, zone)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Give what comes of a request; never raises."""
    try:
        window = Window(*(date.fromisoformat(day) for day in request["window"]))
        return {"carried": collected(request["table"], window).plain()}
    except NotCollected as error:
        return {"excuse": excuse(error)}
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        # Where, and never what: an exception's text may hold a secret.
        frames = traceback.extract_tb(error.__traceback__)
        last = f"{Path(frames[-1].filename).stem}:{frames[-1].lineno}"
        crash = NotCollected(Reason.CRASHED, f"{type(error).__name__} {last}")
        return {"excuse": excuse(crash)}


class Warned(logging.Handler):
    """Keeps what the reading of answers warned of: words of ours, no answer's."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(record.getMessage())


def main() -> None:
    """Answer the request on the input."""
    warned = Warned()
    logging.getLogger(apart.__name__).addHandler(warned)
    with suppress(OSError, ValueError):  # a sandbox may have lower limits already
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it would hold the secret
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    request = json.loads(sys.stdin.buffer.read())
    # Should nobody be there to end it any more: a second after it would have been.
    signal.alarm(int(request["deadline_s"]) + 1)
    told = answer(request) | {"warned": warned.lines}
    sys.stdout.buffer.write(orjson.dumps(told))


if __name__ == "__main__":
    main()
