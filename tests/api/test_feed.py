"""The live feed: resumed without a hole, or the hole is said."""

from __future__ import annotations

import asyncio
import json
from zoneinfo import ZoneInfo

import pytest

from api.door import OWNER
from api.feed import Feed, identity, when
from api.instants import Civil
from api.live import LiveStream
from edge.bus import Bus
from edge.event import Event, EventKind
from edge.sample import Sample

START_MS = 1_792_891_800_000


def sample(n: int, meter: str = "linky") -> Sample:
    return Sample(meter, START_MS + n * 1000, {"apparent_power_va": n})


@pytest.fixture
def bus():
    return Bus()


@pytest.fixture
def feed(bus):
    civil = Civil(ZoneInfo("Europe/Paris"))
    return Feed(bus, civil, ring_s=600, ring_entries=5)


def read(wire: bytes) -> list[dict]:
    """The events of a piece of stream: name, data and id."""
    found = []
    for block in wire.decode().split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in block.splitlines() if ": " in line[1:]
        )
        if "event" in fields:
            found.append(
                {
                    "name": fields["event"],
                    "id": fields.get("id"),
                    **json.loads(fields["data"]),
                }
            )
    return found


class Client:
    """One end of a stream: collects what is sent until told to hang up."""

    def __init__(self, feed, *, meter=None, last_id=None, now_ms=START_MS + 60_000):
        self.sent = b""
        self.done = False
        self._hung_up = asyncio.Event()
        stream = LiveStream(
            feed,
            OWNER,
            meter=meter,
            last_id=last_id,
            now_ms=now_ms,
            keep_alive_s=1000,
            stands=lambda: True,
        )
        self.task = asyncio.create_task(stream({}, self._receive, self._send))

    async def _receive(self):
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        self.sent += message.get("body", b"")
        self.done = message["type"] == "http.response.body" and not message.get(
            "more_body"
        )

    async def settle(self):
        for _ in range(10):
            await asyncio.sleep(0)
        return read(self.sent)

    async def hang_up(self):
        self._hung_up.set()
        await self.task
        return read(self.sent)


async def test_the_first_event_is_the_latest_sample_then_what_comes(bus, feed):
    bus.publish(sample(1))
    client = Client(feed)
    await client.settle()
    feed.add(sample(2))
    feed.add(Event("linky", START_MS + 2500, EventKind.TARIFF, {"to": "HC.."}))
    await client.settle()
    first, second, event = await client.hang_up()
    assert (first["name"], first["values"]) == ("sample", {"apparent_power_va": 1})
    assert first["id"] == f"linky:{START_MS + 1000}"
    assert first["at"] == "2026-10-25T02:30:01+01:00"
    assert second["values"] == {"apparent_power_va": 2}
    assert event["id"] == f"linky:{START_MS + 2500}:tariff"
    assert (event["kind"], event["detail"]) == ("tariff", {"to": "HC.."})


async def test_a_stream_of_one_meter_shows_no_other(bus, feed):
    bus.publish(sample(1, "linky"))
    bus.publish(sample(1, "garage"))
    client = Client(feed, meter="garage")
    await client.settle()
    feed.add(sample(2, "linky"))
    feed.add(sample(3, "garage"))
    await client.settle()
    assert [event["meter"] for event in await client.hang_up()] == ["garage"] * 2


async def test_what_was_missed_is_sent_again_once(feed):
    for n in range(1, 5):
        feed.add(sample(n))
    client = Client(feed, last_id=identity(sample(2)))
    await client.settle()
    feed.add(sample(5))
    await client.settle()
    values = [e["values"]["apparent_power_va"] for e in await client.hang_up()]
    assert values == [3, 4, 5]


async def test_what_is_too_old_is_named_by_a_gap_and_nothing_else_is_missing(feed):
    for n in range(1, 10):
        feed.add(sample(n))
    client = Client(feed, last_id=identity(sample(2)))
    await client.settle()
    gap, *rest = await client.hang_up()
    assert gap["name"] == "gap"
    assert gap["id"] is None
    assert gap["from"] == "2026-10-25T02:30:02+01:00"
    assert gap["to"] == "2026-10-25T02:30:05+01:00"
    assert "registers" in gap["detail"]
    assert [e["values"]["apparent_power_va"] for e in rest] == [5, 6, 7, 8, 9]


async def test_after_a_restart_the_gap_goes_up_to_now(bus, feed):
    bus.publish(sample(50))
    client = Client(feed, last_id=identity(sample(2)))
    await client.settle()
    gap, latest = await client.hang_up()
    assert gap["from"] == "2026-10-25T02:30:02+01:00"
    assert gap["to"] == "2026-10-25T02:31:00+01:00"
    assert latest["values"] == {"apparent_power_va": 50}


async def test_the_feed_tells_what_the_bus_lost(bus, feed, monkeypatch):
    monkeypatch.setattr("api.feed.CAPACITY", 3)
    task = asyncio.create_task(feed.run())
    await asyncio.sleep(0)
    bus.publish(sample(1))
    await asyncio.sleep(0)
    client = Client(feed)
    await client.settle()
    for n in range(2, 10):
        bus.publish(sample(n))
    found = (await client.settle())[1:]
    assert [event["name"] for event in found] == ["gap", "sample", "sample", "sample"]
    assert found[0]["from"] == "2026-10-25T02:30:01+01:00"
    assert found[0]["to"] == "2026-10-25T02:30:07+01:00"
    await client.hang_up()
    task.cancel()
    assert feed.end == 5


async def test_a_stream_that_fell_behind_the_ring_is_told_so(feed):
    feed.add(sample(1))
    client = Client(feed)
    await client.settle()
    for n in range(2, 12):
        feed.add(sample(n))  # the stream gets no turn meanwhile
    found = await client.settle()
    assert [event["name"] for event in found] == ["gap", *["sample"] * 5]
    assert found[0]["to"] == "2026-10-25T02:30:07+01:00"
    await client.hang_up()


async def test_closing_the_feed_ends_every_stream(feed):
    clients = [Client(feed) for _ in range(3)]
    for client in clients:
        await client.settle()
    feed.close()
    for client in clients:
        await client.task
        assert client.done
    late = Client(feed)
    await late.task
    assert late.done


async def test_a_stream_that_ends_leaves_nothing_behind(feed):
    client = Client(feed)
    await client.settle()
    assert len(feed._wakes) == 1
    await client.hang_up()
    assert not feed._wakes


async def test_a_silent_stream_says_that_it_is_still_there(feed):
    stream = LiveStream(
        feed,
        OWNER,
        meter=None,
        last_id=None,
        now_ms=0,
        keep_alive_s=0.0,
        stands=lambda: True,
    )
    wires = stream._wires()
    assert await anext(wires) == b"retry: 2000\n\n"
    assert await anext(wires) == b": still here\n\n"
    await wires.aclose()


@pytest.mark.parametrize("last_id", ["", "x", "linky", "linky:x", "linky:²", "a:1:b:c"])
async def test_an_id_that_is_none_of_ours_starts_afresh(bus, feed, last_id):
    bus.publish(sample(1))
    feed.add(sample(1))
    client = Client(feed, last_id=last_id)
    await client.settle()
    assert [event["name"] for event in await client.hang_up()] == ["sample"]


def test_the_ring_keeps_ten_minutes_and_a_wild_clock_does_not_empty_it(bus):
    now_s = 0.0
    civil = Civil(ZoneInfo("UTC"))
    feed = Feed(bus, civil, ring_s=600, ring_entries=4096, clock_s=lambda: now_s)
    for n in range(1000):
        now_s = float(n)
        feed.add(sample(n))
    assert feed.oldest is not None
    assert feed.oldest.at_ms == START_MS + (999 - 600) * 1000
    feed.add(Sample("garage", START_MS + 10**9, {}))
    assert feed.place_after(identity(sample(500))) is not None


def test_nothing_is_written_while_nobody_listens(feed):
    feed.add(sample(1))
    assert feed.oldest is not None
    assert feed.oldest.wire is None


@pytest.mark.parametrize(("text", "at_ms"), [("a:12", 12), ("a:12:tariff", 12)])
def test_an_id_tells_its_instant(text, at_ms):
    assert when(text) == at_ms
    assert when("a:" + "9" * 16) is None
