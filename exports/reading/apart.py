"""Starts the reading process, hands it a file, and takes what it says."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import orjson

from exports.archive import PART
from exports.document import MOST_BYTES
from exports.errors import FileRefused
from exports.reading.ask import Ask, Found
from exports.reading.carried import LONGEST_LINE, Hearing, too_large

log = logging.getLogger(__name__)

CPU_S = 60
"""What ten years of days take on a Pi Zero 2 W, several times over."""
DEADLINE_S = 180.0
MOST_SAID = 64 << 20
CHUNK = 1 << 16


def _too_slow() -> FileRefused:
    message = "reading the file takes longer than a household's does"
    return FileRefused("too-slow", message, hint=PART)


def _died() -> FileRefused:
    return FileRefused(
        "unreadable",
        "the file ended the process that read it",
        hint="download it again",
    )


def _senseless() -> FileRefused:
    return FileRefused("unreadable", "what was read of the file makes no sense")


@dataclass(frozen=True, slots=True)
class Apart:
    """Reads each file in a process of its own; `told` is given its peak, in bytes."""

    cpu_s: int = CPU_S
    deadline_s: float = DEADLINE_S
    told: Callable[[int], None] = lambda _peak: None

    def __call__(self, data: bytes, ask: Ask) -> Found:
        """Read a file's bytes; raise FileRefused. Blocks meanwhile."""
        if len(data) > MOST_BYTES:
            raise FileRefused("too-large", "the file is larger than 16 MiB", hint=PART)
        hearing, last = Hearing(), b""
        with _input(ask.line(cpu_s=self.cpu_s), data) as file, _started(file) as said:
            try:
                for line in _lines(said, time.monotonic() + self.deadline_s):
                    if last:
                        hearing.take(last)
                    last = line
            except (ValueError, TypeError, KeyError, IndexError) as error:
                raise _senseless() from error
        end = _end(last)
        self.told(int(end["peak"]))
        log.info("a file was read apart, in %.1f MB at most", end["peak"] / 1e6)
        if hearing.missing:
            log.warning(
                "files are read without giving up %s", ", ".join(hearing.missing)
            )
        if end["slow"]:
            raise _too_slow()
        if end["ended"]:
            raise hearing.refusal or _died()
        try:
            return hearing.found(ask.modules)
        except (ValueError, TypeError, KeyError) as error:
            raise _senseless() from error


@contextmanager
def _input(line: bytes, data: bytes) -> Iterator[int]:
    """Lend a file of no disk: what is asked, then the bytes; nobody changes it."""
    descriptor = os.memfd_create("releve-file", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(line)
            file.write(data)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _started(file: int) -> Iterator[int]:
    """Lend the output of the process; it has ended when this does."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", "exports.reading"],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    try:
        with process.stdout as said:
            yield said.fileno()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _lines(descriptor: int, until: float) -> Iterator[bytes]:
    """Give what is said line by line, the empty ones left out; raise FileRefused."""
    said, left = 0, b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, until - time.monotonic())):
                raise _too_slow()
            piece = os.read(descriptor, CHUNK)
            if not piece:
                break
            said += len(piece)
            *whole, left = (left + piece).split(b"\n")
            if said > MOST_SAID or len(left) > LONGEST_LINE:
                raise too_large()
            yield from filter(None, whole)
    if left:
        yield left


def _end(line: bytes) -> dict[str, Any]:
    """Give what the process that waited said last; raise FileRefused."""
    try:
        end = orjson.loads(line)
        return {name: end[name] for name in ("ended", "peak", "slow")}
    except (ValueError, TypeError, KeyError) as error:
        raise _died() from error
