"""Live values: at once, whole first, and never in anyone's way."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

import orjson
import pytest
from outputs_broker import Broker, Running, until

from edge.bus import Bus
from edge.event import Event, EventKind
from edge.outputs.counts import Counts
from edge.outputs.live import WAITING, LiveOutput
from edge.outputs.payloads import Payloads
from edge.outputs.topics import Topics
from edge.sample import Sample

T0 = 1_795_500_000_000
VALUES = {"import_total_wh": 1000, "apparent_power_va": 200, "tariff_period": "HC"}


class Home:
    """A bus, a broker, and the gate's word on whose count the indexes are."""

    def __init__(self):
        self.bus, self.broker, self.now_s = Bus(), Broker(), 0.0
        self.offsets = {}
        self.counts = Counts(lambda _: self.offsets, self.nothing, self.nothing)
        self.counts.settle("linky", 0, {})
        self.output = LiveOutput(
            self.bus,
            Topics("releve"),
            Payloads(ZoneInfo("Europe/Paris")),
            self.counts,
            now_s=lambda: self.now_s,
        )

    async def nothing(self, *_):
        return []

    def say(self, n=0, **values):
        self.bus.publish(Sample("linky", T0 + n * 1000, {**VALUES, **values}))

    def samples(self):
        sent = self.broker.of("releve/linky/live")
        return [one.document for one in sent if one.topic == "releve/linky/live"]


@pytest.fixture
def home():
    return Home()


async def test_nothing_is_said_before_the_first_sample(home):
    async with Running(home.output, home.broker):
        home.bus.publish(Event("linky", T0, EventKind.SILENCE))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert home.broker.sent == []


async def test_a_sample_goes_out_in_the_turn_that_brings_it_whole_and_first(home):
    async with Running(home.output, home.broker):
        home.say()
        await asyncio.sleep(0)
        topics = [sent.topic for sent in home.broker.sent]
    assert topics == ["releve/linky/live"] + [f"releve/linky/live/{n}" for n in VALUES]
    whole = home.broker.sent[0]
    assert (whole.qos, whole.retain, whole.document["values"]) == (0, False, VALUES)


async def test_then_only_what_changed_goes_out(home):
    async with Running(home.output, home.broker):
        home.say()
        home.say(1, apparent_power_va=300)
        await until(lambda: len(home.samples()) == 2)
        await until(lambda: home.broker.bare()["apparent_power_va"] == b"300")
    assert [sent.topic.split("/")[-1] for sent in home.broker.sent[4:]] == [
        "live",
        "apparent_power_va",
    ]


async def test_bare_values_are_kept_by_the_broker_and_instants_expire(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: len(home.broker.bare()) == 3)
    by_topic = {sent.topic.split("/")[-1]: sent for sent in home.broker.sent[1:]}
    assert all(sent.retain for sent in by_topic.values())
    assert {name: sent.expiry_s for name, sent in by_topic.items()} == {
        "import_total_wh": None,
        "apparent_power_va": 60,
        "tariff_period": None,
    }


async def test_a_new_connection_is_told_everything_at_once(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: len(home.broker.bare()) == 3)
    empty = Broker()
    async with Running(home.output, empty):
        await until(lambda: len(empty.bare()) == 3)
    assert empty.sent[0].topic == "releve/linky/live"


async def test_someone_who_begins_to_listen_is_told_everything_again(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: len(home.broker.sent) == 4)
        home.output.again()
        home.say(1)
        await until(lambda: len(home.broker.sent) == 8)


async def test_a_broker_that_takes_nothing_holds_nobody_up(home):
    home.broker.full = True
    async with Running(home.output, home.broker):
        for n in range(10_000):
            home.say(n, import_total_wh=1000 + n)  # never waits
        await until(lambda: home.output.health().counters["dropped"] == WAITING)
        counters = home.output.health().counters
        assert counters["lost"] == 10_000 - WAITING
        assert counters["samples"] == counters["values"] == 0
        home.broker.full = False
        home.say(10_000, import_total_wh=12_000)
        await until(lambda: home.broker.bare().get("import_total_wh") == b"12000")
        assert home.broker.bare()["apparent_power_va"] == b"200"


async def test_a_value_that_was_dropped_is_said_with_the_next_sample(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: len(home.broker.bare()) == 3)
        home.broker.full = True
        home.say(1, tariff_period="HP")
        await until(lambda: home.output.health().counters["dropped"] == 1)
        home.broker.full = False
        home.say(2, tariff_period="HP")
        await until(lambda: home.broker.bare()["tariff_period"] == b"HP")


async def test_unknown_is_null_in_the_whole_and_nothing_on_its_own(home):
    async with Running(home.output, home.broker):
        home.say()
        home.say(1, apparent_power_va=None, import_total_wh=None)
        await until(lambda: "apparent_power_va" not in home.broker.bare())
        await until(lambda: len(home.samples()) == 2)
    assert home.samples()[-1]["values"]["import_total_wh"] is None
    assert home.broker.bare()["import_total_wh"] == b"1000"
    assert b"0" not in home.broker.bare().values()


async def test_no_index_is_shown_while_it_is_open_whose_count_it_is(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(lambda: len(home.broker.bare()) == 3)
        home.offsets = {"import_total_wh": 990}
        home.say(1, import_total_wh=10, apparent_power_va=210)
        await until(lambda: home.broker.bare()["apparent_power_va"] == b"210")
        assert home.broker.bare()["import_total_wh"] == b"1000"
        home.counts.settle("linky", 1, dict(home.offsets))
        home.say(2, import_total_wh=11)
        await until(lambda: home.broker.bare()["import_total_wh"] == b"11")


async def test_a_fall_without_another_count_is_never_shown(home):
    async with Running(home.output, home.broker):
        home.say()
        home.say(1, import_total_wh=0, apparent_power_va=1)
        await until(lambda: home.broker.bare().get("apparent_power_va") == b"1")
    assert home.broker.bare()["import_total_wh"] == b"1000"
    async with Running(home.output, home.broker):
        await until(lambda: len(home.samples()) == 3)
    assert home.broker.bare()["import_total_wh"] == b"1000"


async def test_a_value_holds_as_long_as_three_frames_of_a_slow_meter(home):
    async with Running(home.output, home.broker):
        for n in range(10):
            home.now_s += 600
            home.say(n)
            await until(lambda n=n: len(home.samples()) == n + 1)
    assert home.output.pace("linky") == 1920
    last = home.broker.of("releve/linky/live/apparent_power_va")[-1]
    assert last.expiry_s == 1920


async def test_what_is_sent_is_json_a_service_can_read(home):
    async with Running(home.output, home.broker):
        home.say()
        await until(home.samples)
    document = orjson.loads(home.broker.sent[0].payload)
    assert document["meter"] == "linky"
