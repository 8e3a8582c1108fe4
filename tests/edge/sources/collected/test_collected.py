"""What collectors hand over: taken like a file's, by the configuration's word alone."""

from __future__ import annotations

import asyncio
import json
import stat
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.catalogue import Fluid
from edge.config import CollectorConfig
from edge.errors import DiskFull
from edge.importing.meters import Place, Places
from edge.importing.reading import Home
from edge.journal.journal import Journal
from edge.reads import Reads
from edge.sample import Quality, millis
from edge.sources.collected.door import SOCKET, CollectedDoor
from edge.sources.collected.handed import HandedRefused, parse
from edge.sources.collected.taking import Taker
from edge.stores.sqlite import SqliteStore

PARIS = ZoneInfo("Europe/Paris")
NOW_MS = 1_795_500_000_000  # 24 November 2026
PRM = "01234567890123"
DAY_MS = 86_400_000
PLACES = (
    Place("linky", Fluid.ELECTRICITY, frozenset({PRM})),
    Place("gas", Fluid.GAS),
    Place("cellar", Fluid.WATER),
    Place("garden", Fluid.WATER),
)


def at(day, hour=0):
    return millis(datetime(2026, 11, day, hour, tzinfo=PARIS))


def row(day, value, quantity="energy_wh", nature="measured", index=None):
    return [quantity, at(day, 6), at(day + 1, 6), value, nature, index]


async def close(writer):
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


class Edge:
    def __init__(self, directory):
        self.directory = directory
        self.now_ms = NOW_MS
        self.journal = Journal.open(directory, ballast_bytes=0)
        self.store = SqliteStore(directory / "store.db")
        self.reads = Reads(self.store, self.journal)
        collectors = [
            CollectorConfig(kind="grdf"),
            CollectorConfig(kind="tempo"),
            CollectorConfig(kind="suez", id="garden-water", meter="garden"),
            CollectorConfig(kind="veolia"),
            CollectorConfig(kind="conso-api"),
        ]
        home = Home(Places(PLACES), PARIS)
        taker = Taker(
            *(self.journal, self.reads, home),
            {one.name: one for one in collectors},
            self.tick,
        )
        self.door = CollectedDoor(directory, taker, self.tick)

    def tick(self):
        self.now_ms += 1
        return self.now_ms

    def slices(self, meter="gas", register="gas_energy_wh"):
        return self.reads.slices(meter, register, 0, 1 << 50, 10_000)

    async def say(self, message):
        path = str(self.directory / SOCKET)
        reader, writer = await asyncio.open_unix_connection(path)
        try:
            data = message if isinstance(message, bytes) else json.dumps(message)
            writer.write((data if isinstance(data, bytes) else data.encode()) + b"\n")
            answer = await reader.readline()
        finally:
            await close(writer)
        return json.loads(answer) if answer else None

    async def hand(self, rows, collector="grdf", fluid="gas", number=None):
        return await self.say(
            {"collector": collector, "fluid": fluid, "number": number, "rows": rows}
        )


@pytest.fixture
async def edge(tmp_path):
    made = Edge(tmp_path / "data")
    running = asyncio.create_task(made.door.run())
    await made.door.ready.wait()
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    made.store.close()
    made.journal.close()


async def test_a_late_day_is_new_another_value_replaces_the_same_changes_nothing(edge):
    rows = [row(1, 75_000), row(3, 80_000)]
    first = await edge.hand(rows)
    assert first == {"ok": True, "new": 2, "changed": 0, "unchanged": 0, "refused": 0}
    again = await edge.hand([row(1, 75_000), row(2, 60_000), row(3, 81_000)])
    assert again == {"ok": True, "new": 1, "changed": 1, "unchanged": 1, "refused": 0}
    assert [one.value for one in edge.slices()] == [75_000, 60_000, 81_000]
    tail = edge.journal.tail
    assert (await edge.hand([row(1, 75_000)]))["unchanged"] == 1
    assert edge.journal.tail == tail


async def test_the_origin_is_the_configurations_word(edge):
    await edge.hand([row(1, 75_000, nature="definitive"), row(2, 1_000, "volume_l")])
    (one,) = edge.slices()
    assert one.origin == "collected:grdf"
    assert one.quality is Quality.VALIDATED
    (volume,) = edge.slices("gas", "gas_volume_l")
    assert volume.quality is Quality.RAW


async def test_a_meter_is_the_one_that_is_named_or_the_only_one(edge):
    taken = await edge.hand([row(1, 120, "volume_l")], "garden-water", "water")
    assert taken["new"] == 1
    assert edge.slices("garden", "water_volume_l")[0].origin == "collected:suez"
    told = await edge.hand([row(1, 120, "volume_l")], "veolia", "water")
    assert told == {"ok": False, "reason": "which-meter"}
    told = await edge.hand(
        [row(1, 9, "import_energy_wh")],
        "conso-api",
        "electricity",
        "21098765432104",
    )
    assert told == {"ok": False, "reason": "other-meter"}
    told = await edge.hand([row(1, 9, "volume_l")], "garden-water", "gas")
    assert told == {"ok": False, "reason": "wrong-fluid"}


async def test_what_can_not_be_is_refused_by_the_gate_and_the_rest_taken(edge):
    told = await edge.hand([row(1, 75_000), row(2, -1), row(3, 900_000_000)])
    assert (told["new"], told["refused"]) == (1, 2)
    parts = edge.door.health()
    assert parts[0].refused == {"negative": 1, "too-much": 1}
    assert parts[0].counters["new"] == 1


async def test_a_signal_may_be_of_tomorrow_and_a_reading_may_not(edge):
    colours = [
        row(23, 1, "tempo_day"),
        row(24, 3, "tempo_day"),
        row(25, 2, "tempo_day"),
    ]
    told = await edge.hand(colours, "tempo", "electricity")
    assert told["new"] == 3
    assert [one.value for one in edge.slices("linky", "tempo_day")] == [1, 3, 2]
    told = await edge.hand([row(26, 75_000)])
    assert told["refused"] == 1
    beyond = [
        ["tempo_day", at(24) + 9 * DAY_MS, at(24) + 10 * DAY_MS, 1, "measured", None]
    ]
    assert (await edge.hand(beyond, "tempo", "electricity"))["refused"] == 1
    odd = await edge.hand([row(20, 4, "tempo_day")], "tempo", "electricity")
    assert odd["refused"] == 1


async def test_a_collector_that_is_not_configured_is_not_heard(edge):
    assert await edge.say({"hello": "grdf"}) == {"ok": True}
    refused = {"ok": False, "reason": "unknown-collector"}
    assert await edge.say({"hello": "other"}) == refused
    assert await edge.hand([], "other") == refused
    assert edge.door.refused == {"unknown-collector": 2}


async def test_a_quantity_without_a_register_is_refused_whole(edge):
    told = await edge.hand([row(1, 1), row(1, 1, "joules")])
    assert told == {"ok": False, "reason": "unknown-quantity"}
    assert not edge.slices()


RUBBISH = [
    b"rubbish",
    b"[]",
    b"\xff",
    b'{"rows": 1}',
    b'{"collector": "grdf", "fluid": "gas", "number": 7, "rows": []}',
    b'{"collector": "GRDF!", "fluid": "gas", "number": null, "rows": []}',
    b'{"collector": "grdf", "fluid": "gas", "number": null, "rows": [[]]}',
    b'{"hello": 1}',
    b'{"pasts": []}',
    b'{"pasts": {"grdf": 1}}',
    b"[" * 100_000,
]
ROWS = [
    ["Energy", 1, 2, 3, "measured", None],
    ["energy_wh", 1.5, 2, 3, "measured", None],
    ["energy_wh", 1, 1 << 60, 3, "measured", None],
    ["energy_wh", 1, 2, True, "measured", None],
    ["energy_wh", 1, 2, 3, "guessed", None],
    ["energy_wh", 1, 2, 3, "measured", 1 << 60],
    ["energy_wh", 1, 2, 3, "measured"],
    7,
]


@pytest.mark.parametrize("line", RUBBISH)
async def test_rubbish_is_answered_and_harms_nobody(edge, line):
    assert await edge.say(line) == {"ok": False, "reason": "not-a-message"}
    assert (await edge.hand([row(1, 75_000)]))["new"] == 1


@pytest.mark.parametrize("one", ROWS)
async def test_one_row_that_has_not_the_form_refuses_them_all(edge, one):
    assert (await edge.hand([row(1, 75_000), one]))["reason"] == "not-a-message"
    assert not edge.slices()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
KEYS = ("collector", "fluid", "number", "rows", "hello", "pasts")


@given(
    st.binary()
    | ANYTHING.map(lambda any_: json.dumps(any_).encode())
    | st.dictionaries(st.sampled_from(KEYS), ANYTHING).map(
        lambda any_: json.dumps(any_).encode()
    )
)
def test_whatever_comes_is_a_message_or_refused(line):
    with suppress(HandedRefused):
        parse(line)


async def test_a_fluid_that_nobody_knows_is_refused(edge):
    assert (await edge.hand([], fluid="heat"))["reason"] == "wrong-fluid"


async def test_an_endless_line_is_cut(edge):
    _, writer = await asyncio.open_unix_connection(str(edge.directory / SOCKET))
    writer.write(b"x" * (5 << 20))
    await close(writer)
    assert (await edge.hand([row(1, 75_000)]))["new"] == 1


async def test_more_than_a_few_at_once_are_turned_away(edge):
    path = str(edge.directory / SOCKET)
    held = [await asyncio.open_unix_connection(path) for _ in range(4)]
    for reader, writer in held:
        writer.write(b'{"hello": "grdf"}\n')
        await reader.readline()
    with suppress(ConnectionResetError):  # it may close before it has read
        assert await edge.say({"hello": "grdf"}) is None
    for _, writer in held:
        await close(writer)


async def test_who_says_nothing_is_let_go_of(edge):
    edge.door.patience_s = 0.01
    reader, writer = await asyncio.open_unix_connection(str(edge.directory / SOCKET))
    assert await reader.read() == b""
    await close(writer)


async def test_a_full_disk_is_told_and_nothing_is_lost(edge, monkeypatch):
    async def full(*_, **__):
        raise DiskFull("no room")

    with monkeypatch.context() as patched:
        patched.setattr(type(edge.journal), "append", full)
        assert await edge.hand([row(1, 75_000)]) == {"ok": False, "reason": "not-kept"}
    assert (await edge.hand([row(1, 75_000)]))["new"] == 1


async def test_only_the_services_user_may_open_it(edge):
    path = edge.directory / SOCKET
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["door.sock"]


def part(edge, name):
    return next(part for part in edge.door.health() if part.name == name)


async def test_health_says_what_each_did_last_and_does_next(edge):
    past = {
        "success_ms": NOW_MS - DAY_MS,
        "next_ms": NOW_MS + DAY_MS,
        "failures": 2,
        "refused": 1,
        "reason": "quota",
    }
    assert await edge.say({"pasts": {"grdf": past, "other": {}}}) == {"ok": True}
    assert part(edge, "collectors").ok
    grdf = part(edge, "collector:grdf")
    assert grdf.ok  # it had a success yesterday: a quota passes
    assert grdf.detail.startswith("quota, last success 2026-11-23 ")
    assert "next attempt 2026-11-25 " in grdf.detail
    assert grdf.gauges["next_attempt_ms"] == NOW_MS + DAY_MS
    assert DAY_MS <= grdf.oldest_age_ms < DAY_MS + 60_000
    assert len(edge.door.health()) == 2


@pytest.mark.parametrize(
    ("past", "ok"),
    [
        ({"reason": None, "success_ms": 1}, True),
        ({"reason": "consent", "success_ms": NOW_MS - 4 * DAY_MS}, False),
        ({"reason": "consent"}, False),
        ({"reason": "<b>", "success_ms": "x", "next_ms": True, "failures": -1}, True),
    ],
)
async def test_a_collector_without_a_success_for_days_is_not_well(edge, past, ok):
    await edge.say({"pasts": {"grdf": past}})
    assert part(edge, "collector:grdf").ok is ok
    assert "<" not in part(edge, "collector:grdf").detail


async def test_a_process_that_does_not_speak_is_told(edge):
    assert "releve-collect" in part(edge, "collectors").detail
    await edge.say({"pasts": {}})
    assert part(edge, "collectors").ok
    edge.now_ms += timedelta(minutes=11) // timedelta(milliseconds=1)
    assert not part(edge, "collectors").ok
