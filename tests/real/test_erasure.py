"""What is erased is in no file of home, InfluxDB or broker, and stays away."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time

import pytest
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.backup import backup, restore
from edge.broker.parts import owner_login
from edge.commands import Erase
from edge.erasure.erasing import asked
from edge.interval import Step
from edge.record import Lane
from edge.stores.influx.names import Databases
from edge.stores.influx.setup import Bucket, Setup
from edge.stores.influx.token import TOKEN
from tests.real import influxd as real
from tests.real.brokers import MOSQUITTO, until
from tests.real.erased_house import (
    CURVE,
    DAY,
    EVER,
    HOUR,
    INDEX,
    MIDNIGHT,
    POWER,
    House,
    curve,
    forms,
    holding,
    peak,
    samples,
)

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

START, END = MIDNIGHT + 20 * HOUR, EVER
ERASED = [needle for hour in (20, 22, 25) for needle in forms(peak(hour))]
KEPT = forms(peak(14))
FILE = "the-curve-of-march.csv"
CURVE_W = [3_000 + n for n in range(60)]


@pytest.fixture
def influxd(tmp_path):
    """Run one that puts its files in order within seconds, not hours."""
    running = real.Influxd(real.need(), tmp_path / "influxd")
    running.start(
        "--storage-cache-snapshot-write-cold-duration=1s",
        "--storage-compact-full-write-cold-duration=1s",
        "--storage-max-index-log-file-size=1",
    )
    running.set_up()
    yield running
    running.kill()


@pytest.fixture
async def house(tmp_path, influxd):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    setup = Setup(influxd.url, influxd.org, token=influxd.token)
    names = Databases("releve").all
    setup.prepare([Bucket(name, 0, 52 * 604_800) for name in names], data / TOKEN)
    setup.close()
    made = House(data, influxd.url)
    await made.start()
    yield made
    await made.stop()


def away(house):
    """Be a program that listens with a session of its own, and goes away."""
    owner = owner_login(house.config)
    client = Client(
        CallbackAPIVersion.VERSION2, client_id=owner.client_id, protocol=MQTTv5
    )
    client.username_pw_set(owner.login.user, owner.login.password)
    session = Properties(PacketTypes.CONNECT)
    session.SessionExpiryInterval = 86_400
    client.connect(owner.address.host, owner.address.port, properties=session)
    client.subscribe("releve/linky/#", 1)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        client.loop(0.1)
    client.disconnect()
    client.loop(0.1)


async def saved(house):
    """Have the broker write down what it keeps."""
    kept = house.data / "broker" / "mosquitto.db"
    before = kept.stat().st_mtime_ns if kept.exists() else 0
    pid = int((house.data / "broker" / "mosquitto.pid").read_text().split()[0])
    os.kill(pid, signal.SIGUSR1)
    await until(lambda: kept.exists() and kept.stat().st_mtime_ns > before)


def settled(influxd):
    """Tell whether it has put its files in order."""
    engine = influxd.directory / "engine"
    try:
        marked = list(engine.rglob("*.tombstone"))
        waiting = [path for path in engine.rglob("*.wal") if path.stat().st_size]
    except FileNotFoundError:  # it is about it
        return False
    return not marked and not waiting


def exported(influxd, tmp_path):
    """Give all that InfluxDB's files hold, in plain lines; it must not run."""
    lines = b""
    data = influxd.directory / "engine" / "data"
    for bucket in sorted(path.name for path in data.iterdir() if len(path.name) == 16):
        target = tmp_path / f"{bucket}.lp"
        subprocess.run(
            [
                *(influxd.program, "inspect", "export-lp", "--bucket-id", bucket),
                *("--engine-path", str(influxd.directory / "engine")),
                *("--output-path", str(target)),
            ],
            check=True,
            capture_output=True,
        )
        lines += target.read_bytes()
    return lines


@pytest.mark.skipif(MOSQUITTO is None, reason="there is no Mosquitto")
async def test_what_is_erased_is_nowhere_and_no_source_brings_it_back(
    house, influxd, tmp_path
):
    hub, data = house.hub, house.data
    broker = data / "broker"
    await until(lambda: all(part.ok for part in hub.mqtt.health()))
    await asyncio.to_thread(away, house)
    await house.live(0, 26)
    await house.dropped(FILE, curve(CURVE_W, START))
    (data / "backups").mkdir()
    backups = data / "backups" / "releve-20260304T000000Z.tar.gz"
    elsewhere = tmp_path / "elsewhere.tar.gz"
    await asyncio.to_thread(_copied, house, backups, elsewhere)
    await saved(house)

    before = holding(data, ERASED)
    assert {"store.db", "mosquitto.db", backups.name} <= before
    assert holding(data, [FILE.encode()])
    left = [one for one in samples(0, 26) if one.at_ms < START]

    await asked(house.erasure, Erase("linky", START, END))
    assert await house.erasure.work() is False
    await until(lambda: all(part.ok for part in hub.mqtt.health()))
    await house.delivered()
    await saved(house)
    assert holding(data, ERASED) == set()
    assert holding(data, [FILE.encode()]) == set()
    assert not list(data.rglob(FILE + "*"))
    assert holding(data, KEPT), "what stays is found in the same way"
    assert not [n for n in ERASED if n in (broker / "mosquitto.db").read_bytes()]

    await again(house)
    assert hub.reads.track("linky", 0, EVER).samples() == left
    assert holding(data, ERASED) == set()

    await until(lambda: settled(influxd), 90)
    await house.stop()
    influxd.end()
    text = exported(influxd, tmp_path)
    assert str(peak(14)).encode() in text
    assert not [hour for hour in range(20, 26) if str(peak(hour)).encode() in text]
    assert holding(influxd.directory, ERASED) == set()

    await asyncio.to_thread(restore, elsewhere, data, force=True)
    influxd.start()
    await house.start()
    assert house.hub.reads.track("linky", 0, EVER).samples() == left
    assert await house.erasure.work() is False
    await house.delivered()
    assert holding(data, ERASED) == set()


def _copied(house, *targets):
    """Back up as the command does: the service's own copy of its journal."""
    house.hub.store.release()
    for target in targets:
        backup(house.data, target)


async def again(house):
    """Run every source once more, each with what was erased."""
    for one in samples(18, 8):
        house.hub.journal.add_sample(one, Lane.HISTORY)
    await house.dropped("by-another-name.csv", curve(CURVE_W, START))
    await house.delivered()
    assert house.hub.reads.slices("linky", CURVE, 0, EVER) == []
    rows = house.hub.reads.intervals("linky", POWER, Step.HOUR, START, START + DAY)
    assert [row for row in rows if row.maximum] == []
    stored = house.hub.influx.store
    assert stored.intervals("linky", INDEX, Step.HOUR, START, EVER, 99) == []
    assert not [
        one for one in stored.track("linky", 0, EVER).samples() if one.at_ms >= START
    ]
