"""Live values: a slow subscriber loses its own oldest, never anyone else's."""

import asyncio

from edge.bus import Bus
from edge.event import Event, EventKind
from edge.sample import Sample


def sample(n):
    return Sample("linky", n, {"apparent_power_va": n})


async def taken(subscription, count):
    out = []
    async for item in subscription:
        out.append(item.at_ms)
        if len(out) == count:
            break
    return out


async def test_what_is_published_reaches_every_subscriber_in_order():
    bus = Bus()
    with bus.subscribe() as one, bus.subscribe() as other:
        for n in range(5):
            bus.publish(sample(n))
        assert bus.subscribers == 2
        assert await taken(one, 5) == [0, 1, 2, 3, 4]
        assert await taken(other, 5) == [0, 1, 2, 3, 4]
    assert bus.subscribers == 0


async def test_a_slow_one_loses_its_own_oldest_and_no_one_elses():
    bus = Bus()
    with bus.subscribe(capacity=3) as slow, bus.subscribe() as quick:
        for n in range(10):
            bus.publish(sample(n))
        assert await taken(slow, 3) == [7, 8, 9]
        assert slow.lost == 7
        assert await taken(quick, 10) == list(range(10))
        assert quick.lost == 0


async def test_one_that_waits_is_woken():
    bus = Bus()
    with bus.subscribe() as one:
        waiting = asyncio.create_task(taken(one, 1))
        await asyncio.sleep(0)
        bus.publish(sample(3))
        assert await waiting == [3]


def test_the_last_sample_of_a_meter_stays_an_event_does_not():
    bus = Bus()
    bus.publish(sample(1))
    bus.publish(Event("linky", 2, EventKind.TARIFF))
    assert bus.latest["linky"].at_ms == 1


def test_a_listener_is_told_of_each_item_at_once_and_loses_none():
    bus, told = Bus(), []
    with bus.listen(told.append):
        for n in range(100):
            bus.publish(sample(n))
    bus.publish(sample(100))
    assert [item.at_ms for item in told] == list(range(100))


def test_the_last_of_an_erased_time_is_forgotten_and_a_later_one_stays():
    bus = Bus()
    bus.publish(sample(5))
    bus.forget("linky", 0, 5)
    assert bus.latest == {"linky": sample(5)}
    bus.forget("linky", 5, 6)
    bus.forget("water", 0, 9)
    assert bus.latest == {}
