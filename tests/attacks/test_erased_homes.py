"""What is erased is told by no way any more: two homes that differed by it are equal.

Each is a whole one, of a real journal, rolled and merged. Some hours of its electricity
are counted in their first half in one home and in their second in the other. Before the
erasure every way tells the homes apart; after it none does, and whatever else a home
has, and the other home, is as it was.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from cloud_twin import CloudTwin
from extract_tricks import given
from rest_tricks import API, STEPS
from twin_home import GAS, LINKY, NOW_MS, paris
from twin_house import Held, House, SetClock, house

from edge.commands import Erase
from edge.config import Config, MeterConfig
from edge.consent.terms import Grain
from edge.erasure.erasing import asked
from edge.interval import Step
from edge.portability.extract import Cut
from edge.sample import Sample
from edge.service.erasing import erasure_of
from edge.service.hub import Hub
from tests.real.cloud_house import Cloud

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

FIRST_MS = paris("2026-10-22T00:00:00+02:00")
START_MS, END_MS = (
    paris("2026-10-23T06:00:00+02:00"),
    paris("2026-10-23T18:00:00+02:00"),
)
EACH_MS, WATT_HOURS = 1_800_000, 700
TOTAL, VOLUME = "import_total_wh", "gas_volume_l"
HELD = (Held("energy", "30min"), Held("energy", "30min", GAS, "gas"))
REGISTERS = ((LINKY, TOTAL), (GAS, VOLUME), (GAS, "gas_energy_wh"))


def samples(name: str) -> list[Sample]:
    """Give what the meters said: the sums on both sides of the hours are equal."""
    found, total = [], 50_000
    half_ms = (START_MS + END_MS) // 2
    for at_ms in range(FIRST_MS, NOW_MS, EACH_MS):
        within = START_MS <= at_ms < END_MS
        early = (at_ms < half_ms) == (name == "a")
        values = {TOTAL: total, "apparent_power_va": 900 if early and within else 300}
        found += [
            Sample(LINKY, at_ms, values),
            Sample(GAS, at_ms, {VOLUME: (at_ms - FIRST_MS) // EACH_MS * 10}),
        ]
        total += (2 * WATT_HOURS if early else 0) if within else WATT_HOURS
    return found


@dataclass
class Whole:
    """One of the homes: what it has, and what erases it."""

    name: str
    hub: Hub
    served: House
    told: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)

    @property
    def said(self) -> list[tuple[object, ...]]:
        return self.served.said

    async def erase(self) -> None:
        """Erase the hours in which it differs."""
        erasure = erasure_of(self.hub)
        await asked(erasure, Erase(LINKY, START_MS, END_MS))
        assert await erasure.work() is False
        await self.hub.caught_up()


@asynccontextmanager
async def whole(name: str, path) -> AsyncIterator[Whole]:
    """Have one of the homes live, and serve it."""
    (path / name).mkdir()
    meters = (
        MeterConfig(id=LINKY, port="/dev/null"),
        MeterConfig(id=GAS, kind="gazpar"),
    )
    config = Config(data_dir=path / name / "data", meters=meters)
    hub = Hub.open(config, SetClock(), (LINKY, GAS))
    try:
        await hub.roller.start()
        for one in samples(name):
            hub.journal.add_sample(one)
        await hub.journal.commit()
        await hub.caught_up()
        async with house(name, path / name, reads=hub.reads) as served:
            await served.give("coach", *HELD)
            yield Whole(name, hub, served)
    finally:
        hub.close()


@asynccontextmanager
async def both(path) -> AsyncIterator[tuple[Whole, Whole]]:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(whole("a", path))
        yield one, await stack.enter_async_context(whole("b", path))


async def by_rest(home: Whole, *registers) -> list[tuple[object, ...]]:
    """Give all that a service is answered of some registers."""
    before = len(home.said)
    async with home.served.client() as client:
        for meter, register in registers or REGISTERS:
            path = f"{API}/meters/{meter}/registers/{register}"
            for step in STEPS:
                for more in ("", "&from=2026-10-23", "&from=2026-10-23&purpose=bill"):
                    await client.get(f"{path}?step={step}{more}")
    return [one[-1] for one in home.said[before:]]


async def by_its_owner(home: Whole) -> list[object]:
    """Give all that the owner is answered: raw values and every step."""
    async with home.served.client("owner") as owner:
        return [
            (await owner.get(f"{path}?step={step}&from=2026-10-22&limit=9000")).json()
            for path in (
                f"{API}/meters/{LINKY}/registers/{TOTAL}",
                f"{API}/meters/{LINKY}/registers/apparent_power_va",
            )
            for step in STEPS
        ]


async def by_extract(home: Whole) -> list[tuple[object, ...]]:
    """Give what a coach reads who gets a file."""
    before = len(home.said)
    for grain in (Grain.MIN30, Grain.HOUR, Grain.DAY):
        cut = Cut(grain, FIRST_MS, NOW_MS)
        await asyncio.to_thread(given, home.served, cut)
    return [one for one in home.said[before:] if one[1] == "readings.csv"]


class Since:
    """A home's own rows, as a simulated one is asked for them."""

    now_ms = NOW_MS

    def __init__(self, reads) -> None:
        self._reads = reads

    def __getattr__(self, name):
        return getattr(self._reads, name)


async def by_cloud(home: Whole, place) -> list[tuple[object, ...]]:
    """Give what a cloud is told that is granted half-hours of a week."""
    cloud = Cloud(place / "cloud")
    await cloud.start()
    twin = CloudTwin(home.name, place, cloud, Step.MIN30, FIRST_MS)
    twin.reads = Since(home.hub.reads)
    twin.open()
    try:
        await twin.give(*HELD[:1])
        async with twin.running(), twin.listening():
            await twin.up()
    finally:
        twin.close()
        cloud.end()
    return [one for one in twin.said if "/30min/" in str(one[0])]


async def test_what_was_erased_is_told_by_no_way(tmp_path):
    async with both(tmp_path) as homes:
        told = []
        for erased in (False, True):
            for home in homes:
                if erased:
                    await home.erase()
                ways = {
                    "rest": await by_rest(home),
                    "owner": await by_its_owner(home),
                    "extract": await by_extract(home),
                }
                assert all(ways.values())
                told.append(ways)
    one, two, one_after, two_after = told
    for way in one:
        assert one[way] != two[way], f"{way} tells them apart before"
        assert one_after[way] == two_after[way], f"{way} tells what was erased"


async def test_a_cloud_that_is_told_the_past_hears_nothing_of_what_was_erased(tmp_path):
    async with both(tmp_path) as homes:
        told = []
        for home in homes:
            await home.erase()
            told.append(await by_cloud(home, tmp_path / f"of {home.name}"))
    assert told[0] == told[1]
    values = [json.loads(payload)["value"] for *_, payload in told[0]]
    assert values.count(WATT_HOURS) > 100
    assert 2 * WATT_HOURS not in values


async def test_an_erasure_leaves_other_meters_and_the_other_home_as_they_were(tmp_path):
    async with both(tmp_path) as (one, two):
        gas = await by_rest(one, *REGISTERS[1:])
        other = await by_rest(two)
        await one.erase()
        assert await by_rest(one, *REGISTERS[1:]) == gas == other[len(other) // 3 :]
        assert await by_rest(two) == other
        rows = one.hub.reads.intervals(LINKY, TOTAL, Step.MIN30, FIRST_MS, NOW_MS)
        assert rows[0].start_ms == FIRST_MS
        assert len(rows) > 100
