"""Between threads and the loop: what is said once nobody listens harms nothing."""

from __future__ import annotations

import asyncio
import threading

import pytest

from edge.threads import aside, on_loop


async def test_work_is_done_in_a_thread_of_its_own():
    assert await aside(threading.current_thread, "resolver") is not (
        threading.current_thread()
    )


async def test_what_it_raises_is_raised_where_it_is_waited_for():
    with pytest.raises(ZeroDivisionError):
        await aside(lambda: 1 // 0, "resolver")


async def test_who_no_longer_waits_is_not_told():
    go, done = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def look():
        go.wait()
        on_loop(loop, done.set)

    waiting = asyncio.ensure_future(aside(look, "resolver"))
    await asyncio.sleep(0)
    waiting.cancel()
    go.set()
    await done.wait()
    await asyncio.sleep(0)
    assert waiting.cancelled()


def test_a_loop_that_is_closed_or_was_never_there_is_told_nothing():
    loop = asyncio.new_event_loop()
    loop.close()
    on_loop(loop, pytest.fail)
    on_loop(None, pytest.fail)
