"""Between threads and the loop: work that nobody waits for at a stop, and its word."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


def on_loop(
    loop: asyncio.AbstractEventLoop | None, call: Callable[..., object], *said: Any
) -> None:
    """Have a loop make a call, from whatever thread; nothing where it isn't there."""
    if loop is not None:
        with suppress(RuntimeError):  # it is closed: nobody waits any more
            loop.call_soon_threadsafe(call, *said)


async def aside(work: Callable[[], T], name: str) -> T:
    """Give what work gives, or raise what it raises, from a thread of its own.

    A stop waits for the threads of the default executor, and not for this one: a
    resolver may hang for minutes.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[T] = loop.create_future()

    def settle(take: Callable[[Any], None], result: object) -> None:
        if not found.done():
            take(result)

    def look() -> None:
        told: tuple[Callable[[Any], None], object]
        try:
            told = found.set_result, work()
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            told = found.set_exception, error
        on_loop(loop, settle, *told)

    threading.Thread(target=look, daemon=True, name=name).start()
    return await found
