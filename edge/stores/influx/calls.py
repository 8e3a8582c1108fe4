"""Calls to a server that may never answer, which nobody has to wait for at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, TypeVar

from edge.errors import StoreDown

T = TypeVar("T")


class Calls:
    """Runs each call on a daemon thread of its own; `hang_up` lets go of them all.

    A thread that waits for a socket can't be stopped. Whoever waits for the call can:
    so a server that went silent delays neither a stop nor a pool of threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Future[Any]] = set()

    def run(self, call: Callable[[], T]) -> T:
        """Give what a call gives, or raise what it raises; StoreDown once hung up."""
        answer: Future[T] = Future()
        with self._lock:
            self._open.add(answer)
        worker = threading.Thread(
            target=_into, args=(answer, call), name="influxdb", daemon=True
        )
        worker.start()
        try:
            return answer.result()
        finally:
            with self._lock:
                self._open.discard(answer)

    def hang_up(self) -> None:
        """Have every call that still waits raise StoreDown now."""
        with self._lock:
            waiting = list(self._open)
        for answer in waiting:
            with suppress(InvalidStateError):
                answer.set_exception(StoreDown("InfluxDB is no longer waited for"))


def _into(answer: Future[T], call: Callable[[], T]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
        with suppress(InvalidStateError):
            answer.set_exception(error)
    else:
        with suppress(InvalidStateError):
            answer.set_result(result)
