"""Messages that come out of their order, and counts that stay or fall."""

from __future__ import annotations

import json

from edge.broker.publisher import Message
from edge.sample import utc

T0 = 1_795_500_000_000
MINUTE = 60_000
OURS = "00aabb11"
RADIO = {"preset": "wmbusmeters", "ids": [OURS], "repeat_seconds": 0}


async def given(meter, *messages):
    """Give what is read of messages of which the last is good."""
    for message in messages:
        meter.hear(message)
    readings, found = aiter(meter), []
    try:
        while meter._waiting:
            found.append(await anext(readings))
    finally:
        await readings.aclose()
    return [(one.values["water_volume_l"], one.seen.wall_ms - T0) for one in found]


def radio(litres, at_ms, *, retain=False):
    document = {"media": "water", "meter": "iperl", "id": OURS}
    document |= {"total_m3": litres / 1000, "timestamp": utc(at_ms).isoformat()}
    return Message("wmbusmeters/x", json.dumps(document).encode(), retain)


async def test_one_that_the_broker_kept_is_refused_once_a_later_was_heard(make):
    meter = make(**RADIO)
    found = await given(
        meter,
        radio(5, T0 - MINUTE),
        radio(4, T0 - 2 * MINUTE, retain=True),
        radio(6, T0),
    )
    assert found == [(5, -MINUTE), (6, 0)]
    assert meter.health().refused == {"out-of-order": 1}


async def test_a_radio_whose_clock_went_back_is_dated_by_ours(make, clock):
    meter = make(**RADIO)
    await given(meter, radio(5, T0))
    clock.ms += MINUTE
    assert await given(meter, radio(6, T0 - MINUTE)) == [(6, MINUTE)]


async def test_a_count_that_has_not_risen_stands_as_it_was_kept(make, clock):
    meter = make(topic="t", unit="L", repeat_seconds=0, **{"as": "count"})
    await given(meter, Message("t", b"5"))
    kept = meter._path.stat().st_mtime_ns
    clock.ms += MINUTE
    assert await given(meter, Message("t", b"5")) == [(5, MINUTE)]
    assert meter._path.stat().st_mtime_ns == kept


async def test_a_count_that_falls_and_not_to_nothing_is_refused(make, clock):
    meter = make(topic="t", unit="L", **{"as": "count"})
    await given(meter, Message("t", b"5000000"))
    clock.ms += MINUTE
    meter.hear(Message("t", b"4000000"))
    clock.ms += MINUTE
    found = await given(meter, Message("t", b"5000001"))
    assert found == [(5_000_001, 2 * MINUTE)]
    assert meter.health().refused == {"fall": 1}
