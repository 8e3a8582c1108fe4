"""The whole service with a broker: what is told there, and what never is."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest

from edge.interval import Interval
from edge.journal.bodies import Kind
from edge.journal.reader import Reader
from edge.record import Lane
from edge.registers import CATALOGUE
from edge.sample import millis
from teleinfo import Mode
from teleinfo.virtual import Contract, MeterSpec, PtyLine, VirtualLinky
from tests.edge.outputs.discovery_rules import check
from tests.real.home import RELEVE, Home
from tests.real.mqtt_rig import Listener, kept, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

LONG_NUMBER = re.compile(rb"\d{12,}")
CONFIG = "homeassistant/device/releve_linky/config"
SPECS = (
    MeterSpec(mode=Mode.STANDARD, contract=Contract.HPHC, seed=123_456),
    MeterSpec(mode=Mode.HISTORIC, contract=Contract.TEMPO, phases=3, seed=654_321),
    MeterSpec(mode=Mode.STANDARD, producer=True, phases=3, seed=111_111),
)
QUIET_MS = millis(datetime(2026, 3, 3, 20, 45, tzinfo=ZoneInfo("Europe/Paris")))
"""A while when no home of ours cooks or heats: under a heavy load a historic index
rises in each frame, so none repeats, and it is believed minutes later only."""

DAY_MS = 86_400_000
STEP_MS = 10_000


@pytest.fixture
def listener(tmp_path, broker):
    """Someone who may hear everything there is."""
    made = Listener(tmp_path / "all.told", broker.port, "#", durable=True)
    made.start()
    try:
        made.known_to(broker)
        yield made
    finally:
        made.end(signal.SIGKILL)


class MqttHome(Home):
    """A home that tells a broker."""

    def __init__(self, path: Path, port: int, more: str = "") -> None:
        super().__init__(path)
        text = self.config.read_text()
        mqtt = f'[mqtt]\nurl = "mqtt://127.0.0.1:{port}"\n{more}'
        self.config.write_text(text.replace("[[meters]]", f"{mqtt}\n[[meters]]"))


@pytest.fixture
def home(tmp_path, broker):
    made = MqttHome(tmp_path, broker.port)
    yield made
    made.end()


@pytest.fixture
async def speak(home):
    """Give what has a meter of a spec speak on the home's port."""
    tasks: list[asyncio.Task[None]] = []

    def speaks(spec):
        start_ms = time.time_ns() // 1_000_000
        if spec.mode is Mode.HISTORIC:
            start_ms = QUIET_MS  # its frames have no date
        meter = VirtualLinky(spec, start_ms)
        tasks.append(asyncio.create_task(PtyLine(meter, link=home.tic).run()))

    yield speaks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_it_says_online_then_offline_and_the_broker_says_it_for_the_dead(
    home, listener, speak
):
    speak(SPECS[0])
    home.start()
    await until(lambda: listener.last("releve/status") == b"online")
    await until(lambda: listener.told("releve/linky/live"))
    assert (await asyncio.to_thread(home.stop))[0] == 0, home.said
    await until(lambda: listener.last("releve/status") == b"offline")
    home.start()
    await until(lambda: listener.last("releve/status") == b"online")
    await asyncio.to_thread(home.stop, signal.SIGKILL)
    await until(lambda: listener.last("releve/status") == b"offline")


@pytest.mark.parametrize("spec", SPECS, ids=["one", "tempo", "producer"])
async def test_a_real_line_is_told_whole_bare_and_to_home_assistant(
    home, listener, broker, speak, spec
):
    speak(spec)
    text = home.config.read_text()
    mode = f'silence_seconds = 5\nmode = "{spec.mode}"'  # to search it takes 10 s
    home.config.write_text(text.replace("silence_seconds = 5", mode))
    home.start()
    total = "releve/linky/live/import_total_wh"
    await until(lambda: listener.last(total))

    wanted = {"import_total_wh", "apparent_power_va", "tariff_period"}

    def announced():  # again with each register that wasn't there before
        payload = listener.last(CONFIG)
        return payload and wanted <= orjson.loads(payload)["cmps"].keys()

    await until(announced)
    held = await asyncio.to_thread(kept, broker.port)
    document = orjson.loads(held[CONFIG])
    check(CONFIG, document)
    sensors = set(document["cmps"]) - {"last_reading"}
    assert wanted <= sensors
    live = listener.told("releve/linky/live")
    whole = [told for told in live if told.topic == "releve/linky/live"][-1]
    assert (await asyncio.to_thread(home.stop))[0] == 0, home.said
    assert sensors <= whole.document["values"].keys()
    assert whole.qos == 0
    no_number(listener.told(), spec)


def no_number(told, spec) -> None:
    """Assert that neither the meter's number nor its point's is anywhere."""
    assert told
    for one in told:
        text = one.topic.encode() + b" " + one.payload
        assert spec.address.encode() not in text
        assert spec.prm.encode() not in text
        assert not LONG_NUMBER.search(text), text


def capture(path: Path, spec: MeterSpec, start_ms: int, until_ms: int) -> None:
    meter = VirtualLinky(spec, start_ms)
    with path.open("wb") as file:
        for at_ms in range(start_ms, until_ms, STEP_MS):
            file.write(meter.frame_at(at_ms))


async def test_a_replayed_day_is_told_whole_each_interval_at_least_once(
    home, listener, tmp_path
):
    """A day at full speed, then a start of the service on what was rolled.

    A whole day, for its tariff periods change at some time of it.
    """
    now_ms = time.time_ns() // 1_000_000
    path = tmp_path / "day.tic"
    spec = SPECS[0]
    capture(path, spec, now_ms - DAY_MS, now_ms)
    done = await asyncio.to_thread(
        subprocess.run,
        [*RELEVE, "replay", str(path), "--speed", "max", "--config", str(home.config)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    reader = Reader(home.data / "journal.db")
    rows = {
        key(row): row
        for record in reader.read(
            lane=Lane.PRESENT, kinds=[Kind.INTERVALS], limit=100_000
        )
        for row in record.body
    }
    events = reader.read(lane=Lane.PRESENT, kinds=[Kind.EVENT], limit=100_000)
    reader.reset()
    home.start()  # which has its journal alone: nobody reads it meanwhile
    assert len(rows) > 23
    assert events

    def told():
        found = [t for t in listener.told("releve/linky/") if t.qos == 1]
        intervals = [t.document for t in found if "/event/" not in t.topic]
        return {
            (d["register"], d["step"], d["start"], d["revision"]): d for d in intervals
        }

    await until(lambda: len(told()) >= len(rows))
    for document in told().values():
        start_ms = millis(instant(document["start"]))
        one = (document["register"], document["step"], start_ms, document["revision"])
        row = rows.get(one)
        if row is None:
            # a few revised rows are sent as well; a day's peak is said, not rolled
            assert document["revision"] > 1 or CATALOGUE[document["register"]].peak
            continue
        assert document["value"] == row.value
        assert millis(instant(document["end"])) == row.end_ms
    heard = [
        t for t in listener.told("releve/linky/event/") if "history" not in t.topic
    ]
    assert len(heard) >= len(events)
    no_number(listener.told(), spec)


def key(row: Interval):
    return (row.register, str(row.step), row.start_ms, row.revision)


def instant(text: str):
    return datetime.fromisoformat(text)


async def test_discovery_that_is_turned_off_takes_away_what_it_announced(
    home, broker, speak
):
    speak(SPECS[0])
    home.start()
    await until(lambda: CONFIG in kept(broker.port, "homeassistant/#"))
    assert (await asyncio.to_thread(home.stop))[0] == 0, home.said
    text = home.config.read_text().replace("[mqtt]", "[mqtt]\ndiscovery = false")
    home.config.write_text(text)
    home.start()
    await until(lambda: CONFIG not in kept(broker.port, "homeassistant/#"))


async def test_a_meter_that_is_called_otherwise_leaves_nothing_behind(
    home, broker, speak
):
    speak(SPECS[0])
    home.start()
    total = "releve/linky/live/import_total_wh"
    await until(lambda: total.encode() in kept(broker.port).get(CONFIG, b""))
    assert total in await asyncio.to_thread(kept, broker.port)
    assert (await asyncio.to_thread(home.stop))[0] == 0, home.said
    home.config.write_text(home.config.read_text().replace('"linky"', '"house"'))
    home.start()
    other = "homeassistant/device/releve_house/config"
    await until(lambda: other in kept(broker.port))
    held = await asyncio.to_thread(kept, broker.port)
    assert CONFIG not in held
    durable = [t for t in held if t.startswith("releve/linky/live/")]
    assert total not in durable


async def test_nothing_of_mqtt_is_loaded_where_no_broker_is_named():
    code = (
        "import sys, cli.main, cli.compose, edge.service.service;"
        "print([n for n in sys.modules if 'paho' in n or 'aiomqtt' in n"
        " or n.startswith(('edge.broker.', 'edge.outputs.'))])"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [RELEVE[0], "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]", done.stderr
