"""The service opens a home, runs its parts, and closes it with nothing lost."""

import asyncio

import pytest
from service_home import T0, Source, reading

from edge.config import Config
from edge.errors import AlreadyRunning
from edge.health import PartHealth
from edge.journal.erased import Erased
from edge.journal.journal import Journal
from edge.sample import Sample
from edge.service.hub import Hub
from edge.service.service import Service


class Meter(Source):
    """A source that says its readings, then nothing, as a meter does."""

    async def __aiter__(self):
        for one in self.readings:
            yield one
        await asyncio.Event().wait()

    def health(self):
        return PartHealth("source:linky", ok=True)


class Capture(Source):
    def health(self):
        return PartHealth("source:linky", ok=True)


async def test_a_replay_ends_by_itself_rolled_and_projected(config, clock):
    readings = [
        reading(
            n, import_total_wh=1000 + n // 60, import_distributor01_wh=1000 + n // 60
        )
        for n in range(0, 4200, 5)
    ]
    service = Service(config, clock=clock, sources=[Capture(readings)], replay=True)
    await service.run(asyncio.Event())
    hub = Hub.open(config, clock, ("linky",))
    try:
        assert hub.store.cursor() is not None
        rows = hub.reads.intervals("linky", "import_total_wh", "30min", 0, T0 * 2)
        assert rows
        assert hub.journal.last_sample("linky").at_ms == T0 + 4195 * 1000
    finally:
        hub.close()


async def test_it_stops_when_told_with_all_it_heard_committed(config, clock):
    stop = asyncio.Event()
    reported = []

    async def api(hub, stop):
        while "linky" not in hub.bus.latest or len(reported) < 1:
            reported.append(hub.health())
            await asyncio.sleep(0)
        stop.set()

    meter = Meter([reading(n) for n in range(5)])
    service = Service(config, clock=clock, sources=[meter])
    await service.run(stop, {"api": api})
    names = {part.name for part in reported[-1].parts}
    assert {"source:linky", "gate:linky", "journal", "roller", "store"} <= names
    journal = Journal.open(config.data_dir)
    try:
        assert journal.last_sample("linky").values["apparent_power_va"] == 200
    finally:
        journal.close()


async def test_nothing_answers_before_what_a_cut_left_is_erased(config, clock):
    journal = Journal.open(config.data_dir)
    for n in range(4):
        journal.add_sample(Sample("linky", T0 + 1000 * n, {"import_total_wh": n}))
    await journal.commit()
    await journal.bury([Erased(0, "linky", 0, T0 + 2_000, T0 + 4_000)])
    journal.close()
    stop, seen = asyncio.Event(), []

    async def api(hub, stop):
        seen.extend(hub.reads.track("linky", 0, 1 << 50).instants.tolist())
        stop.set()

    await Service(config, clock=clock, sources=[Meter([])]).run(stop, {"api": api})
    assert seen == [T0 + 2_000, T0 + 3_000]


async def test_a_part_that_fails_leaves_the_reader_reading(config, clock):
    stop, tries = asyncio.Event(), []

    async def broken(hub, stop):
        tries.append(True)
        if len(tries) == 1:
            raise RuntimeError("broken")
        assert hub.health().parts
        assert hub.bus.latest["linky"]
        stop.set()

    meter = Meter([reading(n) for n in range(5)])
    await Service(config, clock=clock, sources=[meter]).run(stop, {"api": broken})
    assert len(tries) == 2


async def test_a_home_in_use_is_refused(config, clock, hub):
    assert hub
    with pytest.raises(AlreadyRunning):
        await Service(config, clock=clock, sources=[]).run(asyncio.Event())


async def test_after_a_restart_the_gate_is_as_strict_as_before(config, clock):
    meter = Capture([reading(n) for n in range(5)])
    await Service(config, clock=clock, sources=[meter], replay=True).run(
        asyncio.Event()
    )
    fallen = {"import_total_wh": 10, "import_distributor01_wh": 10}
    later = Capture([reading(n, **fallen) for n in range(5, 9)])
    await Service(config, clock=clock, sources=[later], replay=True).run(
        asyncio.Event()
    )
    hub = Hub.open(config, clock, ("linky",))
    try:
        points = hub.reads.raw("linky", "import_total_wh", 0, T0 * 2)
        assert {p.value for p in points} <= {1000, None}
    finally:
        hub.close()


async def test_an_index_unknown_at_the_last_is_still_known_after_a_restart(
    config, clock
):
    """Else any two frames would be a first baseline, a fallen one too."""
    cut = [reading(n) for n in range(4)]
    cut += [
        reading(n, import_total_wh=None, import_distributor01_wh=None)
        for n in range(4, 8)
    ]
    first = Service(config, clock=clock, sources=[Capture(cut)], replay=True)
    await first.run(asyncio.Event())
    fallen = {"import_total_wh": 10, "import_distributor01_wh": 10}
    later = Capture([reading(n, **fallen) for n in range(8, 14)])
    second = Service(config, clock=clock, sources=[later], replay=True)
    await second.run(asyncio.Event())
    hub = Hub.open(config, clock, ("linky",))
    try:
        points = hub.reads.raw("linky", "import_total_wh", 0, T0 * 2)
        assert {p.value for p in points} == {1000, None}
    finally:
        hub.close()


def test_a_damaged_store_is_set_aside_told_and_made_anew(config, clock):
    Hub.open(config, clock, ("linky",)).close()
    (config.data_dir / "store.db").write_bytes(b"rubbish" * 1000)
    hub = Hub.open(config, clock, ("linky",))
    try:
        assert hub.store.set_aside.exists()
    finally:
        hub.close()


def test_a_store_that_cant_be_opened_leaves_the_journal_free(config, clock):
    config.data_dir.mkdir(parents=True)
    (config.data_dir / "store.db").mkdir()
    with pytest.raises(OSError, match=r"store\.db"):
        Hub.open(config, clock, ("linky",))
    Journal.open(config.data_dir).close()


def test_a_configuration_makes_its_own_sources(config: Config):
    assert config.zone.key == "Europe/Paris"
