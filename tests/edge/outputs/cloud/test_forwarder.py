"""The way to a cloud: claimed first, after some chance, and left once it isn't ours."""

from __future__ import annotations

import asyncio

import orjson
import pytest
from outputs_broker import Broker, until

from edge.errors import BrokerLost
from edge.outputs.cloud.claim import Claim
from edge.outputs.cloud.forwarder import JITTER_S, Forwarder

TOPIC = "homes/mine/claim"


class Output:
    """One that runs until it is ended, or ends by itself."""

    def __init__(self, *, lasts=True):
        self.lasts, self.runs, self.ended = lasts, 0, 0
        self.begun = asyncio.Event()

    async def run(self, _publisher):
        self.runs += 1
        self.begun.set()
        try:
            if self.lasts:
                await asyncio.Event().wait()
        finally:
            self.ended += 1


class Slept:
    """Counts what it is asked to sleep."""

    def __init__(self):
        self.seconds = []

    async def __call__(self, seconds):
        self.seconds.append(seconds)


@pytest.fixture
def broker():
    made = Broker()
    made.retained.clear()
    return made


def forwarder(*outputs, sleep=None, home="1" * 32):
    claim = Claim(TOPIC, home, settle_s=0)
    claim_only = {TOPIC: orjson.dumps({"home": home})}
    return Forwarder(claim, outputs, sleep=sleep or Slept()), claim_only


async def test_homes_come_back_after_some_chance_each_its_own(broker):
    waits = set()
    for _ in range(5):
        slept, output = Slept(), Output(lasts=False)
        made, kept = forwarder(output, sleep=slept)
        broker.retained.update(kept)
        with pytest.raises(BrokerLost):
            await made.run(broker)
        (wait,) = slept.seconds
        assert 0 <= wait <= JITTER_S
        waits.add(wait)
    assert len(waits) > 1


async def test_nothing_is_said_under_a_prefix_of_another_until_it_is_free(
    broker, caplog
):
    broker.retained[TOPIC] = orjson.dumps({"home": "2" * 32})
    output = Output()
    made, _ = forwarder(output)
    running = asyncio.create_task(made.run(broker))
    await until(lambda: made.refused)
    for _ in range(3):  # said once, however often the other says it
        broker.say(TOPIC, broker.retained[TOPIC])
    broker.say("homes/mine/cursor", b"")
    await asyncio.sleep(0)
    assert not output.runs
    assert caplog.text.count("another home") == 1
    broker.retained[TOPIC] = ours("1" * 32)
    broker.say(TOPIC, b"")
    await output.begun.wait()
    assert not made.refused
    await ended(running)


async def test_all_end_once_another_takes_the_prefix_over(broker):
    output = Output()
    made, kept = forwarder(output)
    broker.retained.update(kept)
    running = asyncio.create_task(made.run(broker))
    await output.begun.wait()
    broker.say(TOPIC, ours("2" * 32))
    await until(lambda: made.refused)
    assert output.ended == 1
    await ended(running)


def ours(home):
    return orjson.dumps({"home": home})


async def ended(running):
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
