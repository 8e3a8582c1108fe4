"""The turn: of all background work, one thread at a time computes.

The interpreter runs one thread at a time. A loop that comes back from a socket waits
for it behind every thread that computes, at each call anew: with three of them, live
values came 100 ms late while thirty days were caught up (bench/catch_up.py).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Turn:
    """Held while background work computes; put aside while it waits for a server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mine = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the turn; whoever holds it already goes on."""
        if self._held:
            yield
            return
        with self._lock:
            self._mine.held = True
            try:
                yield
            finally:
                self._mine.held = False

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let others compute meanwhile, if this thread holds the turn."""
        if not self._held:
            yield
            return
        self._mine.held = False
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
            self._mine.held = True

    @property
    def _held(self) -> bool:
        return bool(getattr(self._mine, "held", False))


TURN = Turn()
"""One for the process, as its interpreter."""


async def in_turn(work: Callable[P, R], /, *arguments: P.args, **named: P.kwargs) -> R:
    """Do background work in a thread, in its turn."""

    def held() -> R:
        with TURN.taken():
            return work(*arguments, **named)

    return await asyncio.to_thread(held)
