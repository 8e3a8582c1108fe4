"""What stands of meters that are silent: on the broker, and announced."""

from __future__ import annotations

import pytest
from outputs_broker import Broker, Running, until
from test_discovery import TOPIC, Home

from edge.sample import Sample

AT = 1_795_500_000_000
INDEX = "releve/linky/live/import_total_wh"


def sample(index, **values):
    return Sample("linky", AT, {"import_total_wh": index, **values}, origin="file")


@pytest.fixture
def home():
    return Home()


async def test_what_files_alone_say_is_a_device_with_its_last_index(home):
    home.stands = sample(123_000, apparent_power_va=200)
    async with Running(home.output, home.broker):
        await until(lambda: home.broker.retained.get(INDEX) == b"123000")
    assert home.names() == {"import_total_wh", "last_reading"}
    assert home.broker.bare() == {"import_total_wh": b"123000"}  # nothing that is past
    assert not home.samples()  # nor anything live


async def test_what_comes_to_the_past_moves_it_and_taken_back_it_falls(home):
    home.stands = sample(123_000)
    async with Running(home.output, home.broker):
        await until(lambda: home.broker.retained.get(INDEX) == b"123000")
        for index in (456_000, 124_000):
            home.stands = sample(index)
            home.standing.again(["linky", "nobody"])
            await until(lambda index=index: home.shown() == index)
    assert len(home.documents) == 1


async def test_taken_back_whole_it_is_looked_at_no_more(home):
    home.stands = sample(123_000)
    async with Running(home.output, home.broker):
        await until(lambda: home.shown() == 123_000)
        home.stands = None
        home.standing.again(["linky"])
        await until(lambda: home.standing.of("linky") is None)


async def test_a_meter_that_speaks_is_shown_by_its_own_word(home):
    home.say(import_total_wh=5_000)
    home.stands = sample(123_000)
    async with Running(home.live, home.broker), Running(home.output, home.broker):
        await until(lambda: home.documents)
        home.say(import_total_wh=5_001)
        await until(lambda: home.shown() == 5_001)
    assert [sent.payload for sent in home.broker.of(INDEX)] == [b"5001"]


@pytest.mark.parametrize(
    ("kept", "shown"),
    [(None, 4_000), (b"3999", 4_000), (b"4003", 4_003), (b"x", 4_000)],
)
async def test_a_meter_that_spoke_before_is_never_shown_below_what_was_live(
    kept, shown
):
    broker = Broker()
    if kept is not None:
        broker.retained[INDEX] = kept
    home = Home(broker=broker)
    home.stands, home.told = sample(4_000), False
    async with Running(home.output, broker):
        await until(lambda: TOPIC in broker.retained)
        await until(lambda: home.shown() == shown)


async def test_where_nothing_is_read_back_what_spoke_is_announced_only(home):
    home.broker.unreadable = True
    home.stands, home.told = sample(4_000), False
    async with Running(home.output, home.broker):
        await until(lambda: home.documents)
    assert INDEX not in home.broker.retained


async def test_texts_and_what_nobody_knows_stand_for_nothing(home):
    home.stands = sample(None, tariff_period="HC")
    async with Running(home.output, home.broker):
        await until(lambda: "homeassistant/status" in home.broker.filters)
    assert home.documents == []
