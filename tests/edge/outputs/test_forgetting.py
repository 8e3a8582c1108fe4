"""What the broker keeps of an erased meter goes, or it is said why it stays."""

from __future__ import annotations

import asyncio

import pytest

from edge.broker.publisher import Message
from edge.bus import Bus
from edge.errors import BrokerLost, SubscribeRefused
from edge.outputs.forgetting import ForgettingOutput
from edge.outputs.kept import Kept
from edge.outputs.topics import Topics
from edge.sample import Sample

TOPICS = Topics("releve")
FENCE = TOPICS.status


class Broker:
    """Keeps two topics; lets its reader subscribe or not."""

    def __init__(self, *, lets=True):
        self.lets, self.published = lets, []
        self.kept = [TOPICS.bare("linky", name) for name in ("power", "index")]

    async def subscribe(self, topic, qos=0):
        if not self.lets:
            raise SubscribeRefused(f"{topic} at {qos}")

    async def messages(self):
        for topic in (*self.kept, FENCE):
            yield Message(topic, b"1", retain=True)

    async def publish(self, topic, payload, **told):
        self.published.append((topic, payload, told["retain"]))


@pytest.fixture
def output():
    return ForgettingOutput(Bus(), TOPICS, Kept(FENCE))


async def forgotten(output, broker):
    """Have it forget while it is connected."""
    running = asyncio.create_task(output.run(broker))
    await asyncio.sleep(0)
    try:
        return await output.forget("linky")
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_each_topic_of_it_is_emptied(output):
    broker = Broker()
    assert await forgotten(output, broker) == 2
    assert broker.published == [(topic, b"", True) for topic in broker.kept]


async def test_a_broker_that_is_not_reached_is_asked_again(output):
    with pytest.raises(BrokerLost, match="isn't reached"):
        await output.forget("linky")
    await forgotten(output, Broker())
    with pytest.raises(BrokerLost, match="isn't reached"):
        await output.forget("linky")


async def test_a_broker_that_lets_us_read_nothing_is_told_of(output):
    broker = Broker(lets=False)
    with pytest.raises(BrokerLost, match="doesn't let us read"):
        await forgotten(output, broker)
    assert broker.published == []


def test_what_was_said_since_stands():
    bus = Bus()
    output = ForgettingOutput(bus, TOPICS, Kept(FENCE))
    assert output.stands("linky", 1000), "what an earlier run said may stand"
    bus.publish(Sample("linky", 1000, {"import_total_wh": 1}))
    assert output.stands("linky", 1001)
    assert not output.stands("linky", 1000)
