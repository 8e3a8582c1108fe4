"""The tricks on event streams: rows of the table."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Self

import httpx
from table import Attack
from twin_home import GARAGE, LINKY, NOW_MS, paris
from twin_house import FREE, Held, House

from edge.event import Event, EventKind
from edge.sample import Sample

LIVE = "/api/v1/live"
POWER = (Held("live_power", "live", channels=("rest", "sse")),)
EVENTS = (Held("event", "live", channels=("sse",)),)
TRICKS: list[Attack] = []


def trick(name: str, held=POWER, **kwargs):
    """Make a function a row of the table."""

    def made(how):
        TRICKS.append(Attack("sse", name, how, held, **kwargs))
        return how

    return made


class Stream:
    """A stream that is open: all that came of it is taken down at the end."""

    def __init__(
        self, home: House, query: str = "", who: str = "coach", last: str = ""
    ):
        self._home = home
        self._client = home.client(who)
        headers = {"Last-Event-ID": last} if last else {}
        self._opening = self._client.stream("GET", LIVE + query, headers=headers)
        self.data = b""

    async def __aenter__(self) -> Self:
        self._response = await self._opening.__aenter__()
        self._parts = self._response.aiter_raw()
        return self

    async def until(self, mark: bytes) -> None:
        """Read until something has come."""
        async with asyncio.timeout(20):
            while mark not in self.data:
                self.data += await anext(self._parts)

    async def cut(self) -> None:
        """Read until it is cut: an end that looks like one is none."""
        with suppress(httpx.TransportError):
            async with asyncio.timeout(20):
                async for part in self._parts:
                    self.data += part
            raise AssertionError("the stream ended as if it were whole")

    async def __aexit__(self, *error) -> None:
        await self._opening.__aexit__(*error)
        await self._client.aclose()
        self._home.say("stream", self.data)


def word(home: House, n: int) -> None:
    """The meter speaks: the same of what is held, another word of all else."""
    home.bus.publish(
        Sample(
            LINKY,
            NOW_MS + n * 1_000,
            {
                "apparent_power_va": 700 + n,
                "tempo_today": 1 + home.other,
                "max_power_today_va": 900 + 31 * home.other,
                **({"subscribed_power_kva": 9} if home.other else {}),
            },
        )
    )


def hidden(home: House, n: int) -> None:
    """What the service may not see, which comes in one home more than in the other."""
    for i in range(40 if home.other else 3):
        at_ms = NOW_MS + n * 1_000 + i
        home.bus.publish(Sample(GARAGE, at_ms, {"apparent_power_va": i}))
        home.bus.publish(Event(LINKY, at_ms, EventKind.CORRECTION, {"value": i}))
        home.bus.publish(Event(GARAGE, at_ms, EventKind.OVERLOAD, {"overload": "yes"}))


def mark(n: int) -> bytes:
    return b"id: linky:%d\n" % (NOW_MS + n * 1_000)


@trick("other meters, other registers, other events", sees=b'"apparent_power_va":703')
async def others(home: House):
    async with Stream(home) as stream:
        await stream.until(b"retry")
        for n in (1, 2, 3):
            hidden(home, n)
            word(home, n)
            hidden(home, n)
        await stream.until(mark(3))


@trick("the first words of a stream", sees=b'"apparent_power_va":701')
async def first_words(home: House):
    hidden(home, 0)
    word(home, 1)
    hidden(home, 2)
    async with Stream(home) as stream:
        await stream.until(mark(1))


@trick("ids that count what is hidden", sees=b"id: linky:")
async def ids(home: House):
    async with Stream(home) as stream:
        for n in range(1, 9):
            hidden(home, n)
            word(home, n)
        await stream.until(mark(8))
    lines = [line for line in stream.data.splitlines() if line.startswith(b"id:")]
    assert all(line.startswith(b"id: linky:") for line in lines)


async def listened(home: House, first: int, last: int) -> None:
    """Stream from one word to another, with hidden ones between."""
    async with Stream(home) as stream:
        await stream.until(b"retry")
        for n in range(first, last + 1):
            hidden(home, n)
            word(home, n)
        await stream.until(mark(last))


@trick("Last-Event-ID: on from there", sees=b'"apparent_power_va":705')
async def resumed(home: House):
    await listened(home, 1, 3)
    for n in (4, 5):
        hidden(home, n)
        word(home, n)
    for last in (1, 3, 5):
        async with Stream(home, last=f"linky:{NOW_MS + last * 1_000}") as stream:
            word(home, 5 + last)
            await stream.until(mark(5 + last))


@trick(
    "Last-Event-ID of what it never was told, and of what never was", sees=b"event: gap"
)
async def ids_of_hidden(home: House):
    await listened(home, 1, 3)
    told = set()
    for identity in (
        f"garage:{NOW_MS + 2_000}",
        f"linky:{NOW_MS + 2_000}:correction",
        f"attic:{NOW_MS + 2_000}",
        f"linky:{NOW_MS + 2_000}:nothing",
    ):
        async with Stream(home, last=identity) as stream:
            await stream.until(mark(3))
        told.add(stream.data)
    assert len(told) == 1, "there is no id of what isn't told"


@trick("Last-Event-ID in all spellings", sees=b"retry")
async def spelt_ids(home: House):
    await listened(home, 1, 2)
    n = 2
    for last in (
        "0",
        "linky",
        "linky:",
        "linky:-1",
        "LINKY:1",
        "*",
        "linky:9" * 20,
        "a:1",
    ):
        n += 1
        async with Stream(home, last=last) as stream:
            await stream.until(b"retry")
            word(home, n)
            await stream.until(mark(n))


@trick(
    "hidden traffic that would fill the ring",
    limits=replace(FREE, ring_entries=8),
    sees=b'"apparent_power_va":706',
    never=(b"event: gap",),
)
async def full_ring(home: House):
    await listened(home, 1, 1)
    for n in range(2, 7):
        for _ in range(5):
            hidden(home, n)
        word(home, n)
    async with Stream(home, last=f"linky:{NOW_MS + 1_000}") as stream:
        await stream.until(mark(6))


@trick(
    "gaps, and where they end",
    limits=replace(FREE, ring_entries=4),
    sees=b"event: gap",
)
async def gaps(home: House):
    await listened(home, 1, 1)
    for n in range(2, 12):
        hidden(home, n)
        word(home, n)
    for last in (1, 5, 9):
        async with Stream(home, last=f"linky:{NOW_MS + last * 1_000}") as stream:
            await stream.until(mark(11))


@trick("keep-alives beside hidden traffic", limits=replace(FREE, idle_s=0.1))
async def keep_alives(home: House):
    """They come at their times, whatever else the home has to say."""
    async with Stream(home) as stream:
        await stream.until(b"retry")
        coming = asyncio.create_task(stream.until(b": still here\n\n: still here"))
        n = 0
        while not coming.done():
            n += 1
            if home.other:
                hidden(home, n)
            await asyncio.sleep(0.01)  # traffic, until they have come
        await coming
        stream.data = b"two, and nothing else" * (b"event" not in stream.data)


@trick("meters that aren't its own, or never were", sees=b"unknown-meter")
async def other_meters(home: House):
    async with home.client() as client:
        for meter in ("garage", "garag", "barrow", "gaz", "", "linky ", "LINKY"):
            await client.get(LIVE, params={"meter": meter})


@trick("its own meter alone", sees=b'"apparent_power_va":702')
async def own_meter(home: House):
    async with Stream(home, "?meter=linky") as stream:
        for n in (1, 2):
            hidden(home, n)
            word(home, n)
        await stream.until(mark(2))


@trick("a stream without anything live", held=(Held(),), sees=b"nothing is served")
async def nothing_live(home: House):
    word(home, 1)
    async with home.client() as client:
        for query in ("", "?meter=linky", "?meter=garage", "?nonsense=1"):
            await client.get(LIVE + query)


@trick(
    "live power on another channel only",
    held=(Held("live_power", "live", channels=("rest",)),),
    sees=b"nothing is served",
)
async def other_channel(home: House):
    word(home, 1)
    async with home.client() as client:
        await client.get(LIVE)


@trick(
    "amounts that are granted live", held=(Held("energy", "live"),), never=(b"event:",)
)
async def live_amounts(home: House):
    """What is counted is told once it is over, and not by its curve either."""
    async with Stream(home) as stream:
        await stream.until(b"retry")
        for n in range(1, 4):
            value = n if home.other else 3 * n
            values = {"import_load_curve_w": value, "import_total_wh": value}
            home.bus.publish(Sample(LINKY, NOW_MS + n, values))
    async with home.client() as client:
        await client.get("/api/v1/meters/linky/latest")


@trick("what was before the grant", never=(b'"apparent_power_va":70',))
async def before_the_grant(home: House):
    home.at(NOW_MS + 60_000)
    await home.give("late", *POWER)
    for n in range(1, 5):
        word(home, n)
    last = f"linky:{NOW_MS + 1_000}"
    for query, id_ in (("", ""), ("", last), ("?meter=linky", last)):
        async with Stream(home, query, "late", id_) as stream:
            await stream.until(b"retry")


@trick("what was paused, asked for later", never=(b'"apparent_power_va":702',))
async def paused(home: House):
    service = [home.services["coach"]]
    await listened(home, 1, 1)
    async with Stream(home) as stream:
        home.at(NOW_MS + 1_500)
        home.consents.pause(service)
        await stream.cut()
    word(home, 2)
    async with home.client() as client:
        assert (await client.get(LIVE)).status_code == 401
    home.at(NOW_MS + 2_500)
    home.consents.resume(service)
    word(home, 3)
    for last in ("", f"linky:{NOW_MS + 1_000}", f"linky:{NOW_MS + 2_000}"):
        async with Stream(home, last=last) as stream:
            await stream.until(mark(3))


@trick("withdrawn under way", sees=b'"apparent_power_va":701')
async def withdrawn(home: House):
    given = await home.give("gone", *POWER)
    async with Stream(home, who="gone") as stream:
        word(home, 1)
        await stream.until(mark(1))
        await asyncio.to_thread(home.consents.withdraw, given)
        word(home, 2)
        await stream.cut()
    assert mark(2) not in stream.data
    async with home.client("gone") as client:
        await client.get(LIVE)


@trick("narrowed under way, and its old ids", sees=b'"apparent_power_va":701')
async def narrowed(home: House):
    power = replace(POWER[0], history="P1Y")
    (given,) = await home.give("less", power)
    async with Stream(home, who="less") as stream:
        word(home, 1)
        await stream.until(mark(1))
        await asyncio.to_thread(
            home.consents.narrow, given, replace(power, history="P1D").choice
        )
        word(home, 2)
        await stream.cut()
    hidden(home, 3)
    async with Stream(home, who="less", last=f"linky:{NOW_MS + 1_000}") as stream:
        word(home, 4)
        await stream.until(mark(4))


@trick("expired under way", sees=b'"apparent_power_va":701')
async def expired(home: House):
    await home.give("short", replace(POWER[0], duration="P1D"))
    async with Stream(home, who="short") as stream:
        word(home, 1)
        await stream.until(mark(1))
        home.at(paris("2026-10-27T00:00:00+01:00"))
        await asyncio.to_thread(home.consents.expire)
        await stream.cut()


@trick("the clock set back while it streams", sees=b'"apparent_power_va":701')
async def clock_back(home: House):
    await home.give("short", replace(POWER[0], duration="P1D"))
    async with Stream(home, who="short") as stream:
        word(home, 1)
        await stream.until(mark(1))
        home.at(paris("2026-10-27T00:00:00+01:00"))
        home.clock.wall_ms = NOW_MS
        word(home, 2)
        await asyncio.to_thread(home.consents.expire)
        await stream.cut()
    assert mark(2) not in stream.data
    async with home.client("short") as client:
        for back_ms in (0, 86_400_000, 400 * 86_400_000):
            home.clock.wall_ms = NOW_MS - back_ms
            assert (await client.get(LIVE)).status_code == 401


@trick(
    "the clock set back in a pause",
    sees=b'"apparent_power_va":703',
    never=(b'"apparent_power_va":702',),
)
async def clock_back_in_pause(home: House):
    service = [home.services["coach"]]
    await listened(home, 1, 1)
    home.at(NOW_MS + 1_500)
    home.consents.pause(service)
    home.clock.wall_ms -= 3_600_000
    word(home, 2)
    home.clock.monotonic_ms += 1_000
    home.consents.resume(service)
    word(home, 3)
    for last in ("", f"linky:{NOW_MS + 1_000}", f"linky:{NOW_MS + 2_000}"):
        async with Stream(home, last=last) as stream:
            await stream.until(mark(3))


@trick(
    "amounts and currents in events",
    held=EVENTS,
    sees=b'"detail":{"overload":"yes"}',
    never=(b"correction", b"current_l1_a", b"litres"),
)
async def events(home: House):
    async with Stream(home) as stream:
        await stream.until(b"retry")
        for n in range(1, 4):
            hidden(home, n)
            word(home, n)
            amps = 61 + home.other
            detail = {"overload": "yes", "current_l1_a": amps, "litres": amps}
            home.bus.publish(Event(LINKY, NOW_MS + n, EventKind.OVERLOAD, detail))
        await stream.until(b"id: linky:%d:overload" % (NOW_MS + 3))


@trick("two services of one maker", sees=b'"apparent_power_va":702')
async def one_maker(home: House):
    """One has the power, the other the events: neither stream tells of the other's."""
    await home.give("second", *EVENTS)
    async with Stream(home) as one, Stream(home, who="second") as two:
        for n in (1, 2):
            word(home, n)
            happened = Event(LINKY, NOW_MS + n, EventKind.OVERLOAD, {"overload": "yes"})
            home.bus.publish(happened)
        await one.until(mark(2))
        await two.until(b"id: linky:%d:overload" % (NOW_MS + 2))
    assert b"overload" not in one.data
    assert b"apparent" not in two.data
    async with Stream(home, who="second", last=f"linky:{NOW_MS + 1_000}") as two:
        await two.until(b"event: gap")


@trick("places of streams that others take", sees=b"too-many-streams")
async def places(home: House):
    streams = [Stream(home) for _ in range(8)]
    owner = home.client("owner")
    opened = owner.stream("GET", LIVE)
    if home.other:
        await opened.__aenter__()
    for one in streams:
        await one.__aenter__()
    async with home.client() as client:
        assert (await client.get(LIVE)).status_code == 429
    for one in streams:
        await one.__aexit__(None, None, None)
    if home.other:
        await opened.__aexit__(None, None, None)
    await owner.aclose()


@trick("its lines of the read journal, of a stream", sees=b'"rows":3')
async def own_lines(home: House):
    await listened(home, 1, 3)
    async with home.client() as client:
        await client.get("/api/v1/grant/readings")


@trick("methods and forms of a stream", sees=b"method-not-allowed")
async def methods(home: House):
    async with home.client() as client:
        for method in ("HEAD", "OPTIONS", "POST", "DELETE"):
            await client.request(method, LIVE)
        await client.get(f"{LIVE}?meter=linky&meter=garage")
        await client.get(f"{LIVE}?since=0")
