"""Calls to a server that may never answer, which nobody has to wait for at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, TypeVar

from edge.errors import StoreDown

T = TypeVar("T")
GONE = "InfluxDB is no longer waited for"


class Calls:
    """Runs each call on a daemon thread of its own; `hang_up` lets go of them all.

    A thread that waits for a socket can't be stopped. Whoever waits for the call can:
    so a server that went silent delays neither a stop nor a pool of threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Future[Any]] = set()
        self._ended = False

    def run(self, call: Callable[[], T]) -> T:
        """Give what a call gives, or raise what it raises; StoreDown once hung up."""
        answer: Future[T] = Future()
        with self._lock:
            if self._ended:
                raise StoreDown(GONE)
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

    def hang_up(self, *, for_good: bool = False) -> None:
        """Have those who still wait raise StoreDown, and `for_good` all later ones."""
        with self._lock:
            self._ended = self._ended or for_good
            waiting = list(self._open)
        for answer in waiting:
            with suppress(InvalidStateError):
                answer.set_exception(StoreDown(GONE))


def _into(answer: Future[T], call: Callable[[], T]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
        with suppress(InvalidStateError):
            answer.set_exception(error)
    else:
        with suppress(InvalidStateError):
            answer.set_result(result)
