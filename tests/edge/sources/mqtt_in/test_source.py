"""A meter heard on the broker: dated, decimated, durable, and never another's."""

import asyncio
import json
from contextlib import suppress

import pytest

from edge.broker.hearing import Hearing, matches
from edge.broker.publisher import Message
from edge.catalogue import Fluid
from edge.errors import BrokerLost, SourceError, SubscribeRefused
from edge.sample import utc
from edge.sources.plugins import build
from edge.sources.protocol import Source
from edge.sources.settable import SettableIndex

T0 = 1_795_500_000_000
MINUTE = 60_000
OURS = "00aabb11"


async def said(meter, count):
    readings = aiter(meter)
    try:
        return [await anext(readings) for _ in range(count)]
    finally:
        await readings.aclose()


async def drained(meter):
    """Take all that waits, and give what was read of it."""
    found = []

    async def take():
        async for one in meter:
            found.append(one)  # noqa: PERF401 - ended from outside

    task = asyncio.create_task(take())
    while meter._waiting or meter._news.is_set():
        await asyncio.wait([task], timeout=0.001)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return found


def radio(litres, at_ms, **words):
    document = {"media": "water", "meter": "iperl", "id": OURS}
    document |= {"total_m3": litres / 1000, "timestamp": utc(at_ms).isoformat()}
    return Message("wmbusmeters/x", json.dumps(document | words).encode())


async def test_a_reading_is_dated_by_the_radio_and_is_ours(make):
    meter = make(preset="wmbusmeters", ids=[OURS])
    meter.hear(radio(5, T0 - MINUTE, id="00ff0011"))
    meter.hear(radio(1234, T0 - MINUTE))
    (reading,) = await said(meter, 1)
    assert reading.values == {"water_volume_l": 1234}
    assert (reading.seen.wall_ms, reading.origin) == (T0 - MINUTE, "mqtt")
    assert reading.seen.monotonic_ns == (T0 - MINUTE) * 1_000_000
    assert reading.device is None
    assert meter.health().counters["of_others"] == 1


async def test_the_same_index_again_is_dropped_for_a_while(make, clock):
    meter = make(preset="wmbusmeters", ids=[OURS], repeat_seconds=60)
    for seconds in (0, 16, 32, 61, 70):
        clock.ms = T0 + seconds * 1000
        meter.hear(radio(1234, clock.ms))
    clock.ms += 1000
    meter.hear(radio(1235, clock.ms))
    found = await drained(meter)
    assert [one.seen.wall_ms - T0 for one in found] == [0, 61_000, 71_000]
    assert meter.health().counters["repeated"] == 3


async def test_what_is_old_or_kept_by_the_broker_is_no_news(make):
    meter = make(preset="wmbusmeters", ids=[OURS])
    meter.hear(radio(1234, T0 - 25 * 60 * MINUTE))
    assert await drained(meter) == []
    plain = make(topic="t", unit="L")
    plain.hear(Message("t", b"5", retain=True))
    plain.hear(Message("t", b"x"))
    assert await drained(plain) == []
    assert meter.health().refused == {"too-old": 1}
    assert plain.health().refused == {"retained": 1, "no-number": 1}


async def test_a_counter_that_restarts_goes_on_through_our_own_restart(make, clock):
    words = {"preset": "tasmota", "topic": "tele/x/SENSOR"}

    def counted(count):
        clock.ms += MINUTE
        document = {"COUNTER": {"C1": count}}
        return Message("tele/x/SENSOR", json.dumps(document).encode())

    meter = make("gazpar", **words)
    for count in (100, 101, 1):
        meter.hear(counted(count))
    found = [one.values["gas_volume_l"] for one in await drained(meter)]
    assert found == [1000, 1010, 1020]
    (kept,) = [path for path in meter._path.parent.iterdir() if path.suffix == ".json"]
    assert kept.stat().st_mode & 0o777 == 0o600
    again = make("gazpar", **words)
    again.hear(counted(3))
    assert (await said(again, 1))[0].values == {"gas_volume_l": 1040}


async def test_an_index_that_is_counted_here_is_set_by_the_owner(make):
    meter = make("gazpar", topic="t", unit="L", **{"as": "count"})
    assert isinstance(meter, SettableIndex)
    meter.hear(Message("t", b"5"))
    await said(meter, 1)
    changed = await meter.set_index(10_380_420)
    assert (changed.before_l, changed.after_l) == (5, 10_380_420)
    meter.hear(Message("t", b"6"))
    assert (await said(meter, 1))[0].values == {"gas_volume_l": 10_380_421}
    whole = make("gazpar", topic="t", unit="L", **{"as": "index"})
    with pytest.raises(SourceError):
        await whole.set_index(1)


async def test_a_count_that_cannot_be_kept_is_not_shown(make, monkeypatch):
    meter = make(topic="t", unit="L", **{"as": "count"})

    def full(*_):
        raise OSError(28, "no space")

    monkeypatch.setattr("edge.sources.mqtt_in.kept.save", full)
    meter.hear(Message("t", b"5"))
    assert await drained(meter) == []
    assert meter.health().refused == {"not-kept": 1}


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"index": "x"}', b'{"index": 5}'])
def test_a_damaged_count_begins_anew(make, text):
    meter = make(topic="t", unit="L")
    meter._path.write_bytes(text)
    assert make(topic="t", unit="L")._running is None


def test_a_meter_has_a_line_or_a_topic(clock):
    table = {"id": "x", "kind": "gazpar", "gpio": 4, "mqtt": {"topic": "t"}}
    with pytest.raises(SourceError, match="not both"):
        build(table, clock)


def test_it_says_whether_it_is_heard(make):
    meter = make(topic="t", unit="L")
    assert isinstance(meter, Source)
    assert not meter.health().ok
    assert "broker" in meter.health().detail
    meter.listening()
    assert meter.health().ok


class Deaf:
    """One who may not hear its topic."""

    topic = "c"

    def __init__(self):
        self.told = []

    def listening(self, trouble=""):
        self.told.append(trouble)

    def hear(self, message):
        raise AssertionError(message)


class Publisher:
    """A connection that gives some messages, then ends."""

    def __init__(self, *told, refuse=()):
        self.told, self.refuse, self.subscribed = told, refuse, []

    async def subscribe(self, topic, _qos=0):
        if topic in self.refuse:
            raise SubscribeRefused("no right to hear it")
        self.subscribed.append(topic)

    async def messages(self):
        for one in self.told:
            yield one
        raise BrokerLost("gone")


async def test_each_meter_is_given_what_its_topic_brings(make):
    one, other = make(topic="a/b", unit="L"), Deaf()
    hearing = Hearing()
    hearing.tell([one, object(), other])
    publisher = Publisher(Message("a/b", b"5"), Message("d", b"6"), refuse=("c",))
    with pytest.raises(BrokerLost):
        await hearing.run(publisher)
    assert publisher.subscribed == ["a/b"]
    assert (await said(one, 1))[0].values == {"water_volume_l": 5}
    assert other.told[0].startswith("no right")
    assert "gone" in one.health().detail
    await Hearing().run(publisher)


@pytest.mark.parametrize(
    ("topic", "name", "about"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/+/c", "a/b/c", True),
        ("b/#", "a/b", False),
    ],
)
def test_a_topic_matches_as_the_standard_says(topic, name, about):
    assert matches(topic, name) is about


def test_the_fluid_decides_the_register(make):
    assert make("water", topic="t", unit="L")._settings.fluid is Fluid.WATER
    assert make("gazpar", topic="t", unit="kWh")._settings.register == "gas_energy_wh"
