"""What the broker sends, for each who listens."""

from __future__ import annotations

import asyncio
import gc

import pytest

from edge.broker.inbox import KEPT, Inboxes
from edge.broker.publisher import Message
from edge.errors import BrokerLost


def message(number):
    return Message("t", str(number).encode())


async def test_each_who_listens_gets_all_from_then_on():
    inboxes = Inboxes()
    first = inboxes.open()
    inboxes.put(message(1))
    second = inboxes.open()
    inboxes.put(message(2))
    assert [await anext(first), await anext(first)] == [message(1), message(2)]
    assert await anext(second) == message(2)


async def test_one_who_is_slow_loses_its_own_oldest():
    inboxes = Inboxes()
    slow = inboxes.open()
    for number in range(KEPT + 5):
        inboxes.put(message(number))
    assert await anext(slow) == message(5)


async def test_one_who_waits_is_told_of_the_end_after_what_came_before():
    inboxes = Inboxes()
    inbox = inboxes.open()
    waiting = asyncio.create_task(anext(inbox))
    await asyncio.sleep(0)
    inboxes.put(message(1))
    inboxes.put(message(2))
    inboxes.end(BrokerLost("gone"))
    assert await waiting == message(1)
    assert await anext(inbox) == message(2)
    with pytest.raises(BrokerLost):
        async for _ in inbox:
            pass


async def test_one_who_let_go_costs_nothing():
    inboxes = Inboxes()
    kept = inboxes.open()
    for _ in range(100):
        inboxes.open()
    gc.collect()
    assert list(inboxes._all) == [kept]
