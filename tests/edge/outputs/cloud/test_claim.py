"""Whose a prefix is: one home's at a time, whoever comes and whatever is kept."""

from __future__ import annotations

import asyncio

import orjson
import pytest
from outputs_broker import Broker

from edge.outputs.cloud.claim import Claim, ClaimTaken

TOPIC = "homes/mine/claim"
ONE, OTHER = "1" * 32, "2" * 32


class Echoing(Broker):
    """One that tells who listens what is said, as brokers do."""

    async def publish(self, topic, payload, **more):
        await super().publish(topic, payload, **more)
        self.say(topic, payload)


def claim(home=ONE):
    return Claim(TOPIC, home, settle_s=0.02)


def word(home):
    return orjson.dumps({"home": home})


@pytest.fixture
def broker():
    made = Echoing()
    made.retained.clear()
    return made


async def test_a_prefix_that_nobody_has_is_taken_and_kept(broker):
    ours = claim()
    await ours.take(broker)
    assert ours.held
    assert broker.retained == {TOPIC: word(ONE)}
    await claim().take(broker)
    assert len(broker.sent) == 1


@pytest.mark.parametrize("kept", [word(OTHER), b"rubbish", b"[]", b"x" * 2_000])
async def test_what_another_has_is_left_alone_whatever_it_says(broker, kept):
    broker.retained[TOPIC] = kept
    ours = claim()
    with pytest.raises(ClaimTaken, match="another home publishes under homes/mine"):
        await ours.take(broker)
    assert not ours.held
    assert broker.retained == {TOPIC: kept}
    assert not broker.sent


async def test_the_owner_takes_it_over_by_a_word(broker):
    broker.retained[TOPIC] = word(OTHER)
    await claim().take(broker, over=True)
    assert broker.retained == {TOPIC: word(ONE)}


async def test_of_two_at_one_moment_exactly_one_has_it(broker):
    both = claim(ONE), claim(OTHER)
    done = await asyncio.gather(
        *(one.take(broker) for one in both), return_exceptions=True
    )
    held = [one.held for one in both]
    assert sorted(held) == [False, True]
    lost = held.index(False)
    assert isinstance(done[lost], ClaimTaken)
    assert broker.retained == {TOPIC: word((ONE, OTHER)[1 - lost])}


async def test_who_has_it_ends_once_another_takes_it_over(broker):
    ours = claim()
    inbox = await ours.take(broker)
    watching = asyncio.create_task(ours.watch(broker, inbox))
    await asyncio.sleep(0)
    await broker.publish(TOPIC, word(OTHER), qos=1, retain=True)
    with pytest.raises(ClaimTaken):
        await watching
    assert not ours.held


async def test_a_word_that_is_lost_is_said_anew(broker):
    ours = claim()
    inbox = await ours.take(broker)
    watching = asyncio.create_task(ours.watch(broker, inbox))
    await broker.publish(TOPIC, b"", qos=1, retain=True)
    async with asyncio.timeout(2):
        while broker.retained.get(TOPIC) != word(ONE):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0)  # asks until it is so
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_prefix_is_left_to_others(broker):
    ours = claim()
    await ours.take(broker)
    await ours.release(broker)
    assert not broker.retained.get(TOPIC)
    await claim(OTHER).take(broker)
