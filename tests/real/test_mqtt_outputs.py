"""The outputs on a real Mosquitto that is stopped, killed, emptied and frozen."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from contextlib import asynccontextmanager

import pytest

from edge.broker.parts import owner_login
from edge.commands import ConfirmDevice
from edge.config import Config, MeterConfig
from edge.config.model import JournalConfig, MqttConfig
from edge.event import Event, EventKind
from edge.host import HostClock
from edge.interval import Interval, Step
from edge.outputs.intervals import NAME
from edge.record import Lane
from edge.sample import HostInstant, MeterInstant, Reading, Sample
from edge.service.hub import Hub
from edge.service.intake import Intake
from edge.service.owner import Owner
from tests.real.home import free_port
from tests.real.mqtt_rig import Listener, kept, until

KILLS = int(os.environ.get("RELEVE_BROKER_KILLS", "3"))

pytestmark = [pytest.mark.real, pytest.mark.timeout(180 + 15 * KILLS)]

HALF_MS = 1_800_000
T0 = 1_795_500_000_000 // HALF_MS * HALF_MS
VALUES = {"import_total_wh": 1000, "apparent_power_va": 200, "tariff_period": "HC"}


def row(n, revision=1, register="import_total_wh"):
    start_ms = T0 + n * HALF_MS
    return Interval(
        "linky",
        register,
        Step.MIN30,
        start_ms,
        start_ms + HALF_MS,
        n,
        revision=revision,
    )


class House:
    """A hub without meters, and its MQTT part, on a broker at a port."""

    def __init__(self, tmp_path, port, url=None) -> None:
        self.config = Config(
            data_dir=tmp_path / "data",
            journal=JournalConfig(commit_seconds=1),
            mqtt=MqttConfig(
                url=url or f"mqtt://127.0.0.1:{port}", listen=f"127.0.0.1:{port}"
            ),
            meters=(MeterConfig(id="linky", port="/dev/null"),),
        )
        self.samples = self.rows = 0

    @asynccontextmanager
    async def open(self):
        self.hub = Hub.open(self.config, HostClock(trust=True), ("linky",))
        task = asyncio.create_task(self.hub.mqtt.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.hub.close()

    def say(self, **values):
        """Have the meter say something; its index never falls."""
        self.samples += 1
        index = {"import_total_wh": 1000 + self.samples}
        now_ms = time.time_ns() // 1_000_000
        sample = Sample("linky", now_ms, {**VALUES, **index, **values})
        self.hub.bus.publish(sample)

    async def close_half_hours(self, count=1, lane=Lane.PRESENT):
        for _ in range(count):
            await self.hub.journal.append([(row(self.rows),)], lane=lane)
            self.rows += 1

    def delivered(self):
        cursor = self.hub.journal.cursor(NAME, Lane.PRESENT)
        return cursor is not None and cursor == self.hub.journal.tail

    @property
    def connected(self):
        return self.part("mqtt").gauges["connected"] == 1

    def part(self, name):
        return next(p for p in self.hub.mqtt.health() if p.name == name)


def durable(tmp_path, broker, name):
    """Start a durable subscriber; return once the broker has written its session."""
    made = Listener(tmp_path / f"{name}.told", broker.port, "releve/#", durable=True)
    made.start()
    try:
        made.known_to(broker)
    except BaseException:
        made.end(signal.SIGKILL)
        raise
    return made


@pytest.fixture
def listener(tmp_path, broker):
    made = durable(tmp_path, broker, "app")
    yield made
    made.end(signal.SIGKILL)


@pytest.fixture
async def house(tmp_path, broker):
    async with House(tmp_path, broker.port).open() as opened:
        await until(lambda: opened.connected)
        yield opened


def received(listener):
    """Give how often each interval was told, by its value."""
    counts: dict[int, int] = {}
    for told in listener.told("releve/linky/30min/"):
        value = told.document["value"]
        counts[value] = counts.get(value, 0) + 1
    return counts


async def test_every_interval_reaches_a_durable_subscriber_through_kills(
    house, broker, listener, monkeypatch
):
    monkeypatch.setattr("edge.broker.session.LAST_DELAY_S", 1.0)  # kills come often
    rng = random.Random(4)
    stop = asyncio.Event()

    async def go_on():
        while not stop.is_set():
            await house.close_half_hours()
            house.say()
            await asyncio.sleep(0.01)

    going = asyncio.create_task(go_on())
    for _ in range(KILLS):
        await asyncio.sleep(rng.uniform(0.1, 0.6))
        if rng.random() < 0.5:
            await asyncio.to_thread(broker.save)
            await asyncio.sleep(rng.uniform(0.0, 0.3))
        await asyncio.to_thread(broker.end, signal.SIGKILL)
        await asyncio.sleep(rng.uniform(0.0, 0.5))
        await asyncio.to_thread(broker.start)
        await until(lambda: house.connected)
    stop.set()
    await going
    await until(lambda: received(listener).keys() >= set(range(house.rows)))
    assert house.part("mqtt_intervals").counters["rewinds"] > 0
    await until(house.delivered)


async def test_what_a_killed_broker_had_acknowledged_and_lost_is_sent_again(
    house, broker, listener
):
    """The subscriber is away, so all that was acknowledged is in the broker alone."""
    await house.close_half_hours(3)
    await until(house.delivered)
    await until(lambda: received(listener).keys() == {0, 1, 2})
    await asyncio.to_thread(listener.end)
    await asyncio.to_thread(broker.save)
    await house.close_half_hours(20)
    await until(house.delivered)
    await asyncio.to_thread(broker.end, signal.SIGKILL)
    await asyncio.to_thread(broker.start)
    await until(lambda: house.part("mqtt_intervals").counters["rewinds"] == 1)
    await until(house.delivered)
    await asyncio.to_thread(listener.start)
    await until(lambda: received(listener).keys() >= set(range(23)))
    again = {value for value, count in received(listener).items() if count > 1}
    assert again.isdisjoint({0, 1, 2})  # what it had written down is not told twice


async def test_a_broker_that_is_stopped_cleanly_is_told_nothing_twice(
    house, broker, listener
):
    await house.close_half_hours(3)
    await until(house.delivered)
    await asyncio.to_thread(broker.end)
    await house.close_half_hours(3)
    await asyncio.to_thread(broker.start)
    await until(lambda: received(listener).keys() == set(range(6)))
    await until(house.delivered)
    assert set(received(listener).values()) == {1}


async def test_a_broker_that_begins_empty_is_told_the_last_period_again(
    house, broker, listener
):
    house.say()
    await house.close_half_hours(5)
    await until(lambda: received(listener).keys() == set(range(5)))
    await until(house.delivered)
    await asyncio.to_thread(broker.end, signal.SIGKILL)
    broker.kept.unlink()
    await asyncio.to_thread(broker.start)
    await house.close_half_hours()
    await until(lambda: received(listener).keys() == set(range(6)))
    house.say()
    await until(lambda: received(listener).get(0) == 2)
    held = await asyncio.to_thread(kept, broker.port)
    assert held["releve/status"] == b"online"
    assert held["releve/linky/live/import_total_wh"] == b"1002"
    assert "homeassistant/device/releve_linky/config" in held


async def test_retained_values_come_back_without_a_new_sample(house, broker):
    house.say()
    await until(lambda: "releve/linky/live/tariff_period" in kept(broker.port))
    await asyncio.to_thread(broker.end, signal.SIGKILL)
    broker.kept.unlink(missing_ok=True)
    await asyncio.to_thread(broker.start)
    topic = "releve/linky/live/import_total_wh"
    await until(lambda: kept(broker.port).get(topic) == b"1001")


async def test_live_values_go_on_after_a_kill(house, broker, tmp_path):
    listener = Listener(tmp_path / "live.told", broker.port, "releve/linky/live")
    listener.start()
    try:

        def heard(power):
            house.say(apparent_power_va=power)
            return any(
                told.document["values"]["apparent_power_va"] == power
                for told in listener.told("releve/linky/live")
            )

        await said_until(lambda: heard(1))
        await asyncio.to_thread(broker.end, signal.SIGKILL)
        house.say(apparent_power_va=2)
        await asyncio.to_thread(broker.start)
        await said_until(lambda: heard(3))
    finally:
        listener.end(signal.SIGKILL)


async def said_until(true):
    """Wait until it is so; what is asked runs on the loop, as a meter's samples do."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - asks until it is so, of anything
            await asyncio.sleep(0.05)


async def test_a_frozen_broker_delays_nothing_in_the_journal(house, broker, listener):
    await house.close_half_hours()
    await until(house.delivered)
    broker.freeze()
    for _ in range(300):
        house.say(message_short="x" * 4000)
    await house.close_half_hours(50)
    await house.hub.journal.append([Event("linky", T0, EventKind.TARIFF)])
    assert house.hub.journal.health().gauges["pending"] == 0
    assert not house.delivered()
    broker.thaw()
    await until(lambda: received(listener).keys() == set(range(51)))
    await until(lambda: listener.told("releve/linky/event/tariff"))


async def test_a_subscriber_that_reads_nothing_harms_no_other(
    house, broker, listener, tmp_path
):
    slow = await asyncio.to_thread(durable, tmp_path, broker, "slow")
    try:
        await house.close_half_hours()
        await until(lambda: received(slow).keys() == {0})
        slow.freeze()
        for _ in range(2000):
            house.say(message_short="x" * 500)
            await asyncio.sleep(0)
        await house.close_half_hours(200)
        await until(lambda: received(listener).keys() == set(range(201)))
        await until(house.delivered)
        slow.thaw()
        await until(lambda: received(slow).keys() == set(range(201)))
    finally:
        slow.end(signal.SIGKILL)


async def rubbish(reader, writer):
    await reader.read(100)
    writer.write(bytes(range(256)) * 8)
    await writer.drain()
    writer.close()


async def test_what_answers_rubbish_costs_nothing_and_is_said(house, broker, listener):
    await house.close_half_hours()
    await until(house.delivered)
    await asyncio.to_thread(broker.end)
    server = await asyncio.start_server(rubbish, "127.0.0.1", broker.port)
    await house.close_half_hours(5)
    house.say()
    await until(lambda: "MQTT" in house.part("mqtt").detail)
    assert not house.part("mqtt").ok
    server.close()
    await server.wait_closed()
    await asyncio.to_thread(broker.start)
    await until(lambda: received(listener).keys() == set(range(6)))


async def test_the_present_goes_before_the_past(tmp_path, broker, listener):
    house = House(tmp_path, broker.port)
    async with house.open():
        await until(lambda: house.connected)
        await house.close_half_hours()
        await until(house.delivered)
    hub = Hub.open(house.config, HostClock(trust=True), ("linky",))
    for n in range(1000):
        body = (row(n, 2), row(n, 2, "voltage_l1_v"))
        await hub.journal.append([body], lane=Lane.HISTORY)
    hub.close()
    house.rows = 5000
    async with house.open():
        await house.close_half_hours(100)
        await until(lambda: listener.told("releve/linky/event/history"))
        await until(lambda: len(received(listener)) == 101)
    order = [told.topic for told in listener.told("releve/linky/")]
    assert order.index("releve/linky/event/history") > 50
    (history,) = listener.told("releve/linky/event/history")
    assert history.document["registers"] == ["import_total_wh", "voltage_l1_v"]
    assert {t.document["revision"] for t in listener.told("releve/linky/30min")} == {1}


async def test_a_broker_of_ours_is_told_all_of_it_and_again_when_it_is_killed(
    tmp_path,
):
    """Its accounts let us read back what we must, and no more is needed."""
    house = House(tmp_path, free_port(), "managed")
    port = int(house.config.mqtt.listen.rpartition(":")[2])
    async with house.open():
        await until(lambda: house.connected)
        owner = owner_login(house.config)
        words = ["-u", owner.login.user, "-P", owner.login.password]
        path = tmp_path / f"{owner.client_id}.told"
        listener = Listener(path, port, "releve/#", "homeassistant/#", durable=True)
        listener.words = words
        listener.start()
        try:
            await said_until(lambda: house.say() or listener.told("homeassistant/"))
            await until(lambda: listener.last("releve/linky/live/tariff_period"))
            await house.close_half_hours(3)
            await until(lambda: received(listener).keys() == {0, 1, 2})
            await until(house.delivered)
            pid = int((owner.shell.parent / "mosquitto.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
            await house.close_half_hours(3)
            await until(lambda: received(listener).keys() == set(range(6)))
            await until(lambda: house.part("mqtt_intervals").counters["rewinds"] == 1)
        finally:
            listener.end(signal.SIGKILL)


def reading(n, device, index):
    at_ms = T0 + n * 1000
    seen = HostInstant(at_ms, at_ms * 1_000_000, synchronised=True, boot_id="boot")
    values = {"import_total_wh": index, "apparent_power_va": 200 + n % 7}
    return Reading("linky", values, seen, MeterInstant(at_ms, degraded=False), device)


async def test_an_exchanged_meter_is_another_device_and_no_index_ever_falls_in_one(
    house, broker, tmp_path
):
    """Through the real gate and the owner's word, as the service does it."""
    everything = Listener(tmp_path / "ha.told", broker.port, "#")
    everything.start()
    hub, numbers = house.hub, ("041961000001", "041961000002")
    intake = Intake(Silent(), hub.gates, hub.keeper, hub.bus)
    owner = Owner(
        hub.journal, hub.gates, hub.reads, hub.bus, hub.clock, rebuild=hub.rebuild
    )
    n = 0

    async def frames(count, device, index):
        nonlocal n
        for _ in range(count):
            intake.take(reading(n, device, index + n // 10))
            n += 1
            await asyncio.sleep(0.01)

    bare = "releve/linky/live/import_total_wh"
    try:
        await until(lambda: everything.last("releve/status"))
        await frames(20, numbers[0], 45_000_000)
        await until(lambda: everything.last(bare))
        await until(lambda: everything.last("homeassistant/device/releve_linky/config"))
        await frames(5, numbers[1], 70_000_000)  # the new one shows more than the old
        await owner.execute(ConfirmDevice("linky"))
        await frames(20, numbers[1], 70_000_000)
        second = "homeassistant/device/releve_linky_2/config"
        await until(lambda: everything.last(second))

        async def shows_the_new():
            async with asyncio.timeout(30):
                while int(everything.last(bare)) < 70_000_000:
                    await frames(1, numbers[1], 70_000_000)

        await shows_the_new()
    finally:
        everything.end(signal.SIGKILL)
    order = [
        (told.topic, told.payload)
        for told in everything.told()
        if told.topic in (bare, second, "homeassistant/device/releve_linky/config")
    ]
    taken_away = order.index(("homeassistant/device/releve_linky/config", b""))
    announced = next(n for n, (topic, _) in enumerate(order) if topic == second)
    old = [int(p) for topic, p in order[:taken_away] if topic == bare]
    new = [int(p) for topic, p in order[announced:] if topic == bare]
    assert [topic for topic, _ in order[taken_away:announced] if topic == bare] == []
    assert max(old) < 45_100_000
    assert min(new) > 70_000_000
    assert old == sorted(old)
    assert new == sorted(new)
    for told in everything.told():
        assert not any(n.encode() in told.payload for n in numbers)


class Silent:
    """A source of which nothing comes by itself."""

    meters = ("linky",)
    beat_ns = 0


async def test_home_assistants_birth_brings_it_all_again(house, broker, tmp_path):
    listener = Listener(tmp_path / "ha.told", broker.port, "homeassistant/device/#")
    listener.start()
    try:
        house.say()
        await until(lambda: len(listener.told()) == 1)
        birth = ["-t", "homeassistant/status", "-m", "online"]
        await asyncio.to_thread(publish, broker.port, *birth)
        await until(lambda: len(listener.told()) == 2)
    finally:
        listener.end(signal.SIGKILL)


def publish(port, *words):
    subprocess.run(["mosquitto_pub", "-p", str(port), *words], check=True, timeout=20)
