"""Electricity, gas and water beside each other: in the API, on the broker, announced.

One home runs once, whole, with a real broker; what it showed is held to the catalogue.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import time
import urllib.request
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from api.app import create_app
from api.server import serve
from cli.compose import listen_to
from edge.broker.address import Address
from edge.catalogue import Fluid, Kind
from edge.config import load_config
from edge.host import HostClock
from edge.registers import CATALOGUE
from edge.service.service import Service
from edge.sources.plugins import build
from edge.sources.pulses import GasPulses, PulseSettings
from teleinfo import Mode
from teleinfo.virtual import Contract, MeterSpec, PtyLine, VirtualLinky
from tests.edge.importing.importing_home import gas_days
from tests.edge.outputs.discovery_rules import check
from tests.edge.sources.pulses.pulse_contacts import MS, pulse
from tests.real.brokers import connected
from tests.real.home import RELEVE, Home, free_port
from tests.real.mqtt_rig import Broker, Listener, Told, kept, until

pytestmark = [pytest.mark.real, pytest.mark.timeout(150)]

HOUR_MS = 3_600_000
RADIO_ID = "00aabb11"
FLUIDS = {
    "linky": Fluid.ELECTRICITY,
    "gas": Fluid.GAS,
    "sent-gas": Fluid.GAS,
    "archive": Fluid.GAS,
    "water": Fluid.WATER,
    "sent-water": Fluid.WATER,
}
METERS = """
[[meters]]
id = "gas"
kind = "gazpar"
gpio = 17
index_m3 = 10380.42

[[meters]]
id = "sent-gas"
kind = "gazpar"

[[meters]]
id = "archive"
kind = "gazpar"

[[meters]]
id = "water"
kind = "water"
mqtt = { preset = "wmbusmeters", ids = ["00aabb11"] }

[[meters]]
id = "sent-water"
kind = "water"
"""
NUMERIC = [register for register in CATALOGUE.values() if register.numeric]
STAND = (
    ("gas", "gas_volume_l"),
    ("sent-gas", "gas_energy_wh"),
    ("archive", "gas_volume_l"),
    ("water", "water_volume_l"),
    ("sent-water", "water_flow_l_h"),
)
ROLLED = (
    ("linky", "import_total_wh"),
    ("sent-gas", "gas_volume_l"),
    ("sent-gas", "gas_energy_wh"),
    ("water", "water_volume_l"),
    ("sent-water", "water_flow_l_h"),
)
INDEXES = [register for register in NUMERIC if register.kind is Kind.INDEX]


@dataclass
class Seen:
    """What one run of the home showed."""

    meters: dict[str, Any] = field(default_factory=dict)
    latest: dict[str, Any] = field(default_factory=dict)
    retained: dict[str, bytes] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    before: list[Told] = field(default_factory=list)

    def of(self, register):
        """Give the meters that say a register, and what they say."""
        return {
            meter: latest["values"][register.name]
            for meter, latest in self.latest.items()
            if latest["values"].get(register.name) is not None
        }

    def document(self, meter):
        return json.loads(self.retained[f"homeassistant/device/releve_{meter}/config"])


class FluidHome(Home):
    """A home of three fluids with a broker, run in this process."""

    def __init__(self, path, broker) -> None:
        super().__init__(path)
        mqtt = f'[mqtt]\nurl = "mqtt://127.0.0.1:{broker.port}"\n'
        text = self.config.read_text().replace("[[meters]]", f"{mqtt}[[meters]]")
        text = text.replace("silence_seconds = 5", 'mode = "standard"')
        self.config.write_text(text + METERS)
        self.stop_running = asyncio.Event()
        self.hub = None

    async def run(self):
        config = load_config(self.config)
        clock = HostClock(trust=True)
        place = {"data_dir": str(config.data_dir)}
        tables = {meter.id: meter.model_dump() | place for meter in config.meters}
        settings = PulseSettings.from_table(tables["gas"], Fluid.GAS)
        pulses = GasPulses(
            *("gas", settings, config.data_dir, clock), lambda: Contact(clock)
        )
        sources = [
            pulses if meter == "gas" else build(table, clock)
            for meter, table in tables.items()
        ]

        async def api(hub, stop):
            self.hub = hub
            await serve(create_app(listen_to(config, hub)), config.api.listen, stop)

        service = Service(config, clock=clock, sources=sources)
        await service.run(self.stop_running, {"api": api})

    def post(self, path: str, data: bytes) -> Any:
        token = (self.data / "owner.token").read_text().strip()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/{path}",
            data=data,
            headers={"Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - ours
            return json.load(answer)

    async def send(self, meter, hours_ago, **values):
        """Send readings of a moment, all of which must be taken."""
        at_ms = time.time_ns() // 1_000_000 - int(hours_ago * HOUR_MS)
        at = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
        readings = [{"register": n, "at": at, "value": v} for n, v in values.items()]
        body = json.dumps({"readings": readings}).encode()
        answer = await asyncio.to_thread(self.post, f"meters/{meter}/readings", body)
        assert answer["accepted"] == len(values), answer


class Contact:
    """A contact that closes three times, by the machine's own clock."""

    def __init__(self, clock) -> None:
        self.clock, self.lost = clock, 0
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        rng = random.Random(7)
        first_ns = clock.now().monotonic_ns + 1_000 * MS
        starts = [first_ns + n * 2_000 * MS for n in range(3)]
        self.flanks = deque(one for at in starts for one in pulse(rng, at, 200))
        loop = asyncio.get_running_loop()
        for flank in self.flanks:
            loop.call_at(flank.at_ns / 1e9, os.write, self.writer, b"x")

    def fileno(self):
        return self.reader

    def active(self):
        return False

    def read(self):
        with suppress(BlockingIOError):
            os.read(self.reader, 100)
        found, now_ns = [], self.clock.now().monotonic_ns
        while self.flanks and self.flanks[0].at_ns <= now_ns:
            found.append(self.flanks.popleft())
        return found

    def close(self):
        os.close(self.reader)
        os.close(self.writer)


def radio(total_m3, hours_ago):
    at_ms = time.time_ns() // 1_000_000 - int(hours_ago * HOUR_MS)
    at = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
    words = {"media": "cold water", "meter": "iperl", "id": RADIO_ID}
    return json.dumps(words | {"total_m3": total_m3, "timestamp": at}).encode()


async def play(path) -> Seen:
    """Run the home once; give what it showed."""
    broker = Broker(path / "broker", free_port())
    broker.start()
    listener = Listener(path / "all.told", broker.port, "#", durable=True)
    listener.start()
    home = FluidHome(path, broker)
    spec = MeterSpec(mode=Mode.STANDARD, contract=Contract.HPHC, seed=123_456)
    meter = VirtualLinky(spec, time.time_ns() // 1_000_000)
    line = asyncio.create_task(PtyLine(meter, link=home.tic).run())
    running = asyncio.create_task(home.run())
    try:
        showing = asyncio.create_task(show(home, broker, listener))
        await asyncio.wait([showing, running], return_when="FIRST_COMPLETED")
        home.stop_running.set()
        await running
        return await showing
    finally:
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)
        listener.end(signal.SIGKILL)
        broker.end(signal.SIGKILL)


async def show(home, broker, listener) -> Seen:
    """Bring readings by each way there is, and gather what is shown of them."""
    await until(lambda: listener.last("releve/linky/live/import_total_wh"))
    electricity = int(listener.last("releve/linky/live/import_total_wh"))
    for hours_ago, grown in ((2.2, 0), (1.4, 40), (0.7, 90), (0.001, 130)):
        await home.send("sent-gas", hours_ago, gas_volume_l=5_000 + grown)
        await home.send("sent-gas", hours_ago - 0.0005, gas_energy_wh=grown * 11)
        await home.send("sent-water", hours_ago, water_volume_l=7_000 + grown)
        await home.send(
            "sent-water",
            hours_ago - 0.0005,
            water_volume_l=7_001 + grown,
            water_flow_l_h=20,
        )
        if hours_ago > 0.1:
            past = electricity - 200 + grown
            await home.send("linky", hours_ago, import_total_wh=past)
        async with connected(
            Address("127.0.0.1", broker.port), client_id="radio"
        ) as sensor:
            message = radio(123 + grown / 1000, hours_ago)
            await sensor.publish("wmbusmeters/cellar", message, qos=1)
    data = gas_days([50, 61, 72])
    path = "imports?meter=archive&name=gas.json"
    taken = await asyncio.to_thread(home.post, path, data)
    assert taken["new"], taken
    done = await asyncio.to_thread(
        subprocess.run,
        [*RELEVE, "set-index", "gas", "10380.5", "--config", str(home.config)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    wanted = [
        *(f"releve/{name}/live/{word}" for name, word in STAND),
        *(f"releve/{name}/30min/{word}" for name, word in ROLLED),
        "releve/archive/event/history",
        "releve/gas/event/correction",
        "homeassistant/device/releve_archive/config",
    ]

    for topic in wanted:
        await until(lambda topic=topic: listener.last(topic) is not None)
    corrected = "releve/gas/live/gas_volume_l"
    await until(lambda: int(listener.last(corrected)) >= 10_380_500)
    seen = Seen()
    answer = await asyncio.to_thread(home.get, "/api/v1/meters")
    seen.meters = {meter["id"]: meter for meter in answer["meters"]}
    for meter in FLUIDS:
        path = f"/api/v1/meters/{meter}/latest"
        seen.latest[meter] = await asyncio.to_thread(home.get, path)
    seen.before = listener.told()
    seen.retained = await asyncio.to_thread(kept, broker.port)
    seen.told = listener.told()
    return seen


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    return asyncio.run(play(tmp_path_factory.mktemp("home")))


@pytest.mark.parametrize("register", NUMERIC, ids=lambda each: each.name)
def test_what_is_counted_or_measured_is_the_same_wherever_it_shows(seen, register):
    meters = seen.of(register)
    # a Linky says those of its contract, and the others can be sent whole
    assert meters or register.fluid is Fluid.ELECTRICITY
    for meter in meters:
        assert FLUIDS[meter] is register.fluid
        (listed,) = (
            one
            for one in seen.meters[meter]["registers"]
            if one["name"] == register.name
        )
        title = {"en": register.title_en, "fr": register.title_fr}
        assert (listed["unit"], listed["title"]) == (register.unit, title)
        assert seen.latest[meter]["units"][register.name] == register.unit
        assert seen.retained[f"releve/{meter}/live/{register.name}"].isdigit()
        component = seen.document(meter)["cmps"][register.name]
        told = {
            "dev_cla": register.device_class,
            "stat_cla": register.state_class,
            "unit_of_meas": register.unit,
            "name": register.title_fr,
            "stat_t": f"releve/{meter}/live/{register.name}",
        }
        assert {key: component.get(key) for key in told} == told
        assert ("exp_aft" in component) is (register.kind is Kind.INSTANT)


@pytest.mark.parametrize("meter", FLUIDS)
def test_each_meter_is_one_device_that_home_assistant_takes(seen, meter):
    ours = [
        topic
        for topic in seen.retained
        if topic.startswith("homeassistant/")
        and seen.retained[topic]
        and f"releve/{meter}/live".encode() in seen.retained[topic]
    ]
    (topic,) = ours
    check(topic, json.loads(seen.retained[topic]))
    assert seen.meters[meter]["fluid"] == FLUIDS[meter]


@pytest.mark.parametrize("register", INDEXES, ids=lambda each: each.name)
def test_an_index_stands_retained_and_never_fell(seen, register):
    for meter in seen.of(register):
        topic = f"releve/{meter}/live/{register.name}"
        shown = [int(told.payload) for told in seen.told if told.topic == topic]
        assert shown
        assert shown == sorted(shown)
        # it may count on after the broker was asked what it retains, never fall
        before = [int(t.payload) for t in seen.before if t.topic == topic]
        assert int(seen.retained[topic]) in shown[len(before) - 1 :]


@pytest.mark.parametrize("fluid", Fluid)
def test_each_fluid_has_samples_and_half_hours_in_the_same_words(seen, fluid):
    meters = {meter for meter, of in FLUIDS.items() if of is fluid}
    samples = [t for t in seen.told if t.topic in {f"releve/{m}/live" for m in meters}]
    assert samples
    keys = {"meter", "at", "quality", "origin", "values"}
    assert all(told.document.keys() == keys and told.qos == 0 for told in samples)
    rows = [
        told
        for told in seen.told
        for meter in meters
        if told.topic.startswith(f"releve/{meter}/30min/")
    ]
    assert rows
    for told in rows:
        document = told.document
        register = CATALOGUE[document["register"]]
        assert told.topic.endswith(f"/{register.name}")
        assert told.qos == 1
        assert register.fluid is fluid
        assert document["unit"] == register.unit
        assert ("mean" in document) is (register.kind is Kind.INSTANT)


def test_what_a_dial_said_is_an_event_and_no_other_device(seen):
    (told,) = (t for t in seen.told if t.topic == "releve/gas/event/correction")
    assert told.document["detail"]["after"] == 10_380_500
    assert "homeassistant/device/releve_gas/config" in seen.retained


def test_what_only_files_say_is_announced_with_the_index_that_they_end_with(seen):
    (told,) = (t for t in seen.told if t.topic == "releve/archive/event/history")
    assert told.document["from"] == "2022-11-01T06:00:00+01:00"
    assert {"gas_volume_l", "gas_energy_wh"} <= set(told.document["registers"])
    index = seen.latest["archive"]["values"]["gas_volume_l"]
    assert seen.retained["releve/archive/live/gas_volume_l"] == str(index).encode()
    assert seen.latest["archive"]["at"] == told.document["to"]
    # nothing of it is live: no sample goes out that no meter said
    assert not [told for told in seen.told if told.topic == "releve/archive/live"]


def test_no_number_of_a_meter_is_told(seen):
    for told in seen.told:
        assert b"01234567890123" not in told.payload
        assert b"01234567890123" not in told.topic.encode()
