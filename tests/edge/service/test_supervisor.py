"""A part that fails starts again alone, later each time, and the rest goes on."""

import asyncio

import pytest

from edge.errors import EdgeError
from edge.service.supervisor import LAST_DELAY_S, Supervisor


@pytest.fixture
def waits():
    return []


@pytest.fixture
def supervisor(waits):
    async def no_wait(seconds):
        waits.append(seconds)

    return Supervisor(sleep=no_wait)


def failing(times):
    left = [times]

    async def run():
        if left[0]:
            left[0] -= 1
            raise RuntimeError("cable pulled")

    return run


async def test_a_part_that_returns_is_done(supervisor, waits):
    await supervisor.keep("reader", failing(0))
    assert waits == []
    assert supervisor.failures == {"reader": 0}


async def test_a_failing_part_is_restarted_and_counted(supervisor):
    await supervisor.keep("reader", failing(3))
    assert supervisor.failures == {"reader": 3}
    assert supervisor.last_error["reader"] == "RuntimeError: cable pulled"
    assert not supervisor.down


async def test_each_wait_is_longer_up_to_a_minute(supervisor, waits):
    await supervisor.keep("reader", failing(12))
    assert waits[0] < 1
    assert waits[1] > waits[0]
    assert max(waits) <= LAST_DELAY_S * 1.2


async def test_a_cancelled_part_stops(supervisor):
    forever = asyncio.Event()
    task = asyncio.create_task(supervisor.keep("reader", forever.wait))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_ours_is_one_sentence_a_bug_has_its_traceback(
    supervisor, caplog
):
    async def ours():
        if not supervisor.failures["api"]:
            raise EdgeError("port 8080 is taken", hint="choose another")

    await supervisor.keep("api", ours)
    await supervisor.keep("reader", failing(1))
    told = {r.message.split()[0]: r.exc_info for r in caplog.records}
    assert told["api"] is None
    assert told["reader"] is not None
    assert "choose another" in caplog.text


async def test_another_part_goes_on_meanwhile(supervisor):
    ran = []

    async def steady():
        ran.append(True)

    async with asyncio.TaskGroup() as group:
        group.create_task(supervisor.keep("store", failing(5)))
        group.create_task(supervisor.keep("reader", steady))
    assert ran == [True]
