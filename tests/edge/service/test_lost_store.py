"""A store far behind the journal is filled first: nobody takes it for the past."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from edge import tail
from edge.errors import StoreBehind
from edge.interval import Step
from edge.sample import Sample
from edge.service.hub import Hub
from edge.stores import projector
from edge.stores.sqlite.store import FILE

HALF_MS = 1_800_000
T0 = 1_795_500_000_000 // HALF_MS * HALF_MS
EVER_MS = 1 << 50


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A tail of 20 records, a store projected in pages of 5 once 10 wait."""
    monkeypatch.setattr(tail, "LONGEST", 20)
    monkeypatch.setattr(tail, "PAGE", 5)
    monkeypatch.setattr(projector, "PAGE", 5)


async def live(hub, halves):
    """Say a word a minute, a record each five, through some half-hours."""
    for minute in range(halves.start * 30, halves.stop * 30 + 1):
        values = {"import_total_wh": 1000 + minute * 7, "apparent_power_va": minute}
        hub.journal.add_sample(Sample("linky", T0 + minute * 60_000, values))
        if minute % 5 == 0:
            await hub.journal.commit()


async def run(hub):
    """Run the consumers until each has taken everything."""
    tasks = [asyncio.create_task(run()) for run in hub.consumers().values()]
    async with asyncio.timeout(20):
        while not rolled(hub):
            assert not [task for task in tasks if task.done()]
            await asyncio.sleep(0.01)  # asks until it is so
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def rolled(hub):
    with suppress(StoreBehind):
        rows = hub.reads.intervals(
            "linky", "import_total_wh", Step.MIN30, 0, EVER_MS, 99
        )
        return len(rows) == 8
    return False


def rows(hub):
    return [
        hub.reads.intervals("linky", name, step, 0, EVER_MS, 999)
        for name in ("import_total_wh", "apparent_power_va")
        for step in (Step.MIN30, Step.HOUR, Step.DAY)
    ]


@pytest.fixture
def opened(config, clock):
    hubs = []

    def open_():
        hubs.append(Hub.open(config, clock, ("linky",)))
        hubs[-1].projector._full = 10
        return hubs[-1]

    yield open_
    for hub in hubs:
        with suppress(Exception):
            hub.close()


async def test_what_was_rolled_with_a_store_lost_is_what_was_rolled_with_it(
    opened, config
):
    hub = opened()
    await live(hub, range(6))
    await hub.projector.project()
    await hub.roller.start()
    await hub.roller.catch_up()
    hub.close()
    (config.data_dir / FILE).unlink()
    hub = opened()
    await live(hub, range(6, 8))
    await run(hub)
    found = rows(hub)
    assert found[0] == [row for row in found[0] if row.value == 210]
    assert all(row.revision == 1 for row in found[0])


async def test_old_readings_are_looked_for_once_it_is_filled(opened, monkeypatch):
    hub = opened()
    await live(hub, range(6))
    asked = asyncio.get_running_loop().create_future()

    async def tidy():
        asked.set_result(hub.projector.near.is_set())

    monkeypatch.setattr(hub.retention, "tidy", tidy)
    of = hub.consumers()
    tasks = [asyncio.create_task(of[name]()) for name in ("retention", "store")]
    async with asyncio.timeout(60):
        assert await asked, "before the store was filled"
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_read_of_a_store_far_behind_says_so(opened):
    hub = opened()
    await live(hub, range(6))
    with pytest.raises(StoreBehind, match="being filled"):
        rows(hub)
    await hub.projector.project()
    assert rows(hub) is not None


async def test_a_home_opens_on_a_lost_store_with_an_index_unknown_at_last(opened):
    hub = opened()
    await live(hub, range(6))
    last = {"import_total_wh": None, "apparent_power_va": 5}
    hub.journal.add_sample(Sample("linky", T0 + 6 * HALF_MS + 60_000, last))
    await hub.journal.commit()
    hub.close()
    hub = opened()
    told = hub.gates["linky"]
    assert told is not None
    assert hub._known(hub.journal.last_sample("linky")) == {
        "import_total_wh": (1000 + 180 * 7, T0 + 6 * HALF_MS)
    }
