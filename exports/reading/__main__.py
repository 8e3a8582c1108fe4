"""The reading process: `python -m exports.reading`, the file on its input.

It imports the formats, then parts in two: one gives up all it may and reads the file,
the other, which never looks at it, waits and tells how that ended. Its input is one
line of what is asked, then the file's bytes; its output the lines of carried.py, and a
last one of its own.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from exports.errors import FileRefused
from exports.reading import carried
from exports.reading.ask import Ask
from exports.reading.confinement import (
    Kernel,
    confine,
    end_with_parent,
    limit,
    room,
    step_back,
)
from exports.reading.here import here

LONGEST_ASK = 1 << 20
WANTED = (
    *("_strptime", "encodings.cp1252", "encodings.cp437", "encodings.latin_1"),
    *("encodings.utf_16", "encodings.utf_8_sig", "exports.workbook"),
)
"""What is imported when it is first used, and could not be then."""
ZONES = ("Europe/Paris", "UTC")
"""Those whose files formats ask for besides."""


def asked(file: int) -> tuple[dict[str, Any], int]:
    """Give what is asked, and where the file's bytes begin in the input."""
    line, _, _ = os.pread(file, LONGEST_ASK, 0).partition(b"\n")
    return json.loads(line), len(line) + 1


def said(data: bytes, ask: Ask) -> Iterator[bytes]:
    """Give the lines of what a file says, or of why it can't be read."""
    why = carried.refusal(carried.too_large())
    try:
        yield from carried.lines(here(data, ask))
    except FileRefused as error:
        why = carried.refusal(error)
    except MemoryError:
        pass  # what took it is given back when this block ends
    except Exception as error:  # noqa: BLE001 - a hostile file makes a library raise it
        why = carried.refusal(carried.failed(error))
    else:
        return
    yield why


def rest(file: int, begins: int) -> bytes:
    """Give the file's bytes."""
    size = os.lseek(file, 0, os.SEEK_END) - begins
    return os.pread(file, size, begins)


def write(output: int, lines: Iterable[bytes]) -> None:
    """Write whole lines, however few bytes are taken at a time."""
    for line in lines:
        left = memoryview(line)
        while left:
            left = left[os.write(output, left) :]


def main() -> None:
    """Read one file, in a process of its own; say how that ended."""
    kernel = Kernel.real()
    end_with_parent(kernel)
    step_back()
    document, begins = asked(0)
    ask = Ask.parse(document)
    for name in (*ask.modules, *WANTED):
        importlib.import_module(name)
    _zones = [ZoneInfo(key) for key in {ask.zone, *ZONES}]  # kept while it reads
    gc.disable()  # what is read lives to the end, and has no cycles
    reach, machine = room(), os.uname().machine
    child = os.fork()
    if child == 0:
        try:
            end_with_parent(kernel)
            missing = limit(reach, document["cpu_s"]) + confine(kernel, machine)
            write(1, [carried.confined(missing)])
            write(1, said(rest(0, begins), ask))
            os._exit(0)
        finally:
            os._exit(1)
    _, status, used = os.wait4(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    slow = ended == -signal.SIGXCPU
    write(1, [carried.ended(ended, used.ru_maxrss << 10, slow=slow)])


if __name__ == "__main__":
    main()
