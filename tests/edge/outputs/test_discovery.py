"""Discovery: it grows with what a meter says, and takes away what is no longer true."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

import orjson
import pytest
from discovery_rules import check
from outputs_broker import Broker, Running, until

from edge.bus import Bus
from edge.outputs.counts import Counts
from edge.outputs.discovery import DiscoveryOutput
from edge.outputs.homeassistant import Announcing
from edge.outputs.kept import Kept
from edge.outputs.live import LiveOutput
from edge.outputs.payloads import Payloads
from edge.outputs.standing import Standing, Stands
from edge.outputs.topics import Topics
from edge.record import Baseline
from edge.sample import Sample

TOPIC = "homeassistant/device/releve_linky/config"
VALUES = {"import_total_wh": 1000, "apparent_power_va": 200, "voltage_l1_v": None}


class Home:
    """A bus, a broker, and both outputs that know of counts."""

    def __init__(self, *, on=True, broker=None, bus=None):
        self.bus, self.broker = bus or Bus(), broker or Broker()
        self.offsets, self.baselines = {}, []
        self.stands, self.told = None, True
        topics = Topics("releve")
        counts = Counts(lambda _: self.offsets, self.read, self.commit)
        self.live = LiveOutput(
            self.bus, topics, Payloads(ZoneInfo("Europe/Paris")), counts
        )
        self.standing = Standing(
            *(self.bus, topics, Kept(topics.status), ["linky"]),
            lambda _: Stands(self.stands, self.told),
            grace_s=0.0,
        )
        self.output = DiscoveryOutput(
            self.bus,
            Announcing(topics, "homeassistant", "fr", "1.2.3"),
            Kept(topics.status),
            counts,
            self.live,
            kinds={"linky": "linky"},
            standing=self.standing,
            on=on,
            look_s=0.01,
            born_s=(0.0, 0.01),
        )

    async def read(self, _):
        return list(self.baselines)

    async def commit(self):
        pass

    def say(self, **values):
        self.bus.publish(Sample("linky", 1_795_500_000_000, {**VALUES, **values}))

    @property
    def documents(self):
        return [
            orjson.loads(sent.payload)
            for sent in self.broker.of("homeassistant/")
            if sent.payload
        ]

    def samples(self):
        sent = self.broker.of("releve/linky/live")
        return [one for one in sent if one.topic == "releve/linky/live"]

    def shown(self):
        return int(self.broker.bare().get("import_total_wh", b"-1"))

    def names(self):
        return set(self.documents[-1]["cmps"]) if self.documents else set()


@pytest.fixture
def home():
    return Home()


async def test_nothing_is_announced_before_a_meter_has_spoken(home):
    async with Running(home.output, home.broker):
        await until(lambda: "homeassistant/status" in home.broker.filters)
        home.say()
        await until(lambda: home.documents)
    (first, *_) = home.broker.of("homeassistant/")
    assert (first.topic, first.qos, first.retain) == (TOPIC, 1, True)
    check(first.topic, first.document)


async def test_a_meter_is_announced_by_what_it_really_says_and_grows(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: home.documents)
        known = {"import_total_wh", "apparent_power_va", "last_reading"}
        assert home.names() == known
        home.say(voltage_l1_v=231, adsc="041961000001")
        await until(lambda: home.names() == {*known, "voltage_l1_v"})
        home.say()  # unknown again: it stays, and so do those who use it
        home.say()
    assert len(home.documents) == 2


async def test_what_comes_a_register_at_a_time_is_announced_whole(home):
    async with Running(home.live, home.broker), Running(home.output, home.broker):
        home.say()
        await until(lambda: home.documents)
        home.say(import_total_wh=None, export_total_wh=7)
        home.say(import_total_wh=1001, export_total_wh=None)
        await until(lambda: "export_total_wh" in home.names())
    assert "import_total_wh" in home.names()


async def test_what_was_announced_before_a_restart_stays_announced(home):
    async with Running(home.output, home.broker):
        home.say(voltage_l1_v=231)
        await until(lambda: home.documents)
    again = Home(broker=home.broker)
    again.broker.sent.clear()
    async with Running(again.output, again.broker):
        again.say()
        await until(lambda: again.documents)
    assert "voltage_l1_v" in again.names()


async def test_it_is_said_again_at_each_connection(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: len(home.documents) == 1)
    async with Running(home.output, home.broker):
        await until(lambda: len(home.documents) == 2)
    forgetful = home.broker = Broker()
    async with Running(home.output, forgetful):
        await until(lambda: forgetful.retained.get(TOPIC))


async def test_it_is_said_again_when_home_assistant_is_born(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: "homeassistant/status" in home.broker.filters)
        await until(lambda: len(home.documents) == 1)
        home.broker.say("homeassistant/status", b"offline")
        home.broker.say("elsewhere/status", b"online")
        home.broker.say("homeassistant/status", b"online", retain=True)
        home.broker.say("homeassistant/status", b"online")
        await until(lambda: len(home.documents) == 2)
        await asyncio.sleep(0.05)
        assert len(home.documents) == 2


async def test_after_a_birth_the_live_values_are_said_again_too(home):
    async with Running(home.live, home.broker), Running(home.output, home.broker):
        home.say()
        await until(lambda: "homeassistant/status" in home.broker.filters)
        await until(lambda: home.documents)
        home.say()
        await until(lambda: home.broker.bare().get("import_total_wh") == b"1000")
        home.broker.sent.clear()
        home.broker.say("homeassistant/status", b"online")
        await until(lambda: home.documents)
        home.say()
        await until(lambda: home.broker.of("releve/linky/live/import_total_wh"))


async def test_a_register_that_the_catalogue_lost_goes_in_two_steps(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: home.documents)
    older = orjson.loads(home.broker.retained[TOPIC])
    older["cmps"]["moonlight_lx"] = {"p": "sensor", "unique_id": "releve_linky_moon"}
    home.broker.retained[TOPIC] = orjson.dumps(older)
    home.broker.sent.clear()
    async with Running(home.output, home.broker):
        await until(lambda: len(home.documents) == 2)
    between, last = home.documents
    assert between["cmps"]["moonlight_lx"] == {"p": "sensor"}
    assert "moonlight_lx" not in last["cmps"]


def announced_elsewhere(broker, **documents):
    for device, document in documents.items():
        topic = f"homeassistant/device/{device}/config"
        broker.retained[topic] = orjson.dumps(document)


async def test_a_meter_that_is_no_longer_configured_is_taken_away(home):
    ours = {"o": {"name": "releve"}, "avty": [{"t": "releve/status"}], "cmps": {}}
    theirs = {"o": {"name": "zigbee2mqtt"}, "cmps": {}}
    neighbours = {**ours, "avty": [{"t": "neighbour/status"}]}
    announced_elsewhere(
        home.broker, releve_garage=ours, bridge=theirs, neighbour_linky=neighbours
    )
    home.broker.retained["homeassistant/device/odd/config"] = b"rubbish"
    async with Running(home.output, home.broker):
        await until(lambda: home.broker.of("homeassistant/device/releve_garage"))
    (cleared,) = home.broker.of("homeassistant/")
    assert (cleared.payload, cleared.retain, cleared.qos) == (b"", True, 1)


async def test_what_stood_on_the_topics_of_a_meter_that_went_goes_too(home):
    gone = "releve/garage/live/import_total_wh"
    stay = "elsewhere/garage/live/import_total_wh"
    cmps = {str(n): {"p": "sensor", "stat_t": t} for n, t in enumerate((gone, stay))}
    cmps |= {"odd": 3, "bare": {"p": "sensor"}}
    document = {"o": {"name": "releve"}, "avty": [{"t": "releve/status"}], "cmps": cmps}
    announced_elsewhere(home.broker, releve_garage=document)
    home.broker.retained |= {gone: b"5", stay: b"5"}
    async with Running(home.output, home.broker):
        await until(lambda: home.broker.of("homeassistant/device/releve_garage"))
    assert gone not in home.broker.retained
    assert stay in home.broker.retained


async def test_what_a_meter_stopped_to_say_before_we_started_stands_no_longer(home):
    async with Running(home.output, home.broker):
        home.say(peak_notice_min=30, export_total_wh=7)
        await until(lambda: "peak_notice_min" in home.names())
    again = Home(broker=home.broker)
    notice, index = (
        f"releve/linky/live/{name}" for name in ("peak_notice_min", "export_total_wh")
    )
    again.broker.retained |= {notice: b"30", index: b"7"}
    async with Running(again.output, again.broker):
        again.say()
        await until(lambda: notice not in again.broker.retained)
    assert index in again.broker.retained
    assert len(again.broker.of(notice)) == 1


async def test_turned_off_it_takes_away_what_was_announced(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: home.documents)
    off = Home(on=False, broker=home.broker, bus=home.bus)
    off.broker.sent.clear()
    async with Running(off.output, off.broker):
        await until(lambda: TOPIC not in off.broker.retained)
        off.say(voltage_l1_v=231)
        await asyncio.sleep(0.05)
    assert off.documents == []


async def test_an_exchanged_meter_is_another_device_before_its_indexes_are_shown(home):
    async with Running(home.live, home.broker), Running(home.output, home.broker):
        home.say()
        await until(lambda: home.documents)
        home.say()
        await until(lambda: home.broker.bare().get("import_total_wh") == b"1000")
        home.broker.sent.clear()
        home.offsets = {"import_total_wh": 990}
        home.baselines = [Baseline("linky", 1, "device", home.offsets, "device-2")]
        home.say(import_total_wh=10)
        await until(lambda: home.documents)
        home.say(import_total_wh=11)
        await until(lambda: home.broker.bare()["import_total_wh"] == b"11")
    topics = [
        sent.topic
        for sent in home.broker.sent
        if sent.topic.startswith("homeassistant/") or "import_total" in sent.topic
    ]
    assert topics == [
        TOPIC,  # taken away
        "homeassistant/device/releve_linky_2/config",
        "releve/linky/live/import_total_wh",
    ]
    assert home.broker.retained.keys() & {TOPIC} == set()


async def test_a_baseline_that_begins_no_other_count_changes_no_device(home):
    home.offsets = {"import_total_wh": 990}
    home.baselines = [Baseline("linky", 1, "device", home.offsets, "device-2")]
    async with Running(home.live, home.broker), Running(home.output, home.broker):
        home.say(import_total_wh=10)
        await until(lambda: home.documents)
        late = Baseline("linky", 2, "device", {"import_tariff02_wh": 5}, "device-2")
        home.offsets = {**home.offsets, **late.offsets}
        home.baselines.append(late)
        home.say(import_total_wh=10, import_tariff02_wh=3)
        await until(lambda: "import_tariff02_wh" in home.names())
        home.say(import_total_wh=12)
        await until(lambda: home.broker.bare().get("import_total_wh") == b"12")
    assert {sent.topic for sent in home.broker.of("homeassistant/")} == {
        "homeassistant/device/releve_linky_2/config"
    }


async def test_a_broker_that_lets_us_read_nothing_is_told_all_the_same(home):
    home.broker.unreadable = True
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: home.documents)
        await asyncio.sleep(0.05)
    assert len(home.documents) == 1


async def test_a_fence_that_never_comes_ends_the_reading(home, monkeypatch):
    monkeypatch.setattr("edge.outputs.kept.PATIENCE_S", 0.05)
    del home.broker.retained["releve/status"]
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: home.documents)
