"""An answer is one word: what it says becomes a meter's table, or a clear error."""

from __future__ import annotations

import pytest

from cli.setup_answers import GAS, WATER, NoAnswer, broker_of, meter_of
from edge.config.model import MeterConfig
from edge.host import HostClock
from edge.sources.mqtt_in.presets import PRESETS
from edge.sources.plugins import build


@pytest.mark.parametrize(
    ("word", "table"),
    [
        ("files", {"silence_seconds": 86400}),
        ("gpio=17", {"silence_seconds": 86400, "gpio": 17}),
        (
            "gpio=17,pulse=10,index=1234.567",
            {
                "silence_seconds": 86400,
                "gpio": 17,
                "pulse_volume_l": 10,
                "index_m3": 1234.567,
            },
        ),
        (" GPIO=4 , Pulse=0.5 ", None),
        (
            "mqtt=everblu,ids=00aabb11+00aabb12",
            {
                "silence_seconds": 3600,
                "mqtt": {"preset": "everblu", "ids": ["00aabb11", "00aabb12"]},
            },
        ),
        ("mqtt=esphome,topic=house/gas,unit=pulse", None),
        ("mqtt=zigbee2mqtt,topic=z/water,path=count,unit=L", None),
    ],
)
@pytest.mark.parametrize("counted", [GAS, WATER], ids=["gas", "water"])
def test_what_it_says_is_a_meter_that_can_be_read(tmp_path, counted, word, table):
    found = meter_of(counted, word)
    meter = MeterConfig(**found)
    assert build(meter.model_dump() | {"data_dir": str(tmp_path)}, HostClock())
    if table is not None:
        assert found == {"id": counted.id, "kind": counted.kind, **table}


@pytest.mark.parametrize("word", ["none", "NONE", "aucun", "non", " no ", ""])
def test_none_is_said_in_both_languages(word):
    assert meter_of(GAS, word) is None
    assert broker_of(word) is None


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("yes", "'yes' is no part"),
        ("pulse=10", "says not how the meter is read"),
        ("gpio=17,gpio=18", "no part"),
        ("gpio=17,GPIO=18", "no part"),
        ("gpio=", "no part"),
        ("gpio=seventeen", "gpio is a number"),
        ("gpio=17.5", "gpio is a number"),
        ("gpio=5000", "gpio lies from 0 to 1023"),
        ("gpio=17,pulse=much", "pulse is a number"),
        ("gpio=17,pulse=inf", "pulse is a number"),
        ("gpio=17,pulse=nan", "pulse is a number"),
        ("gpio=17,pulse=0", "pulse_volume_l lies from"),
        ("gpio=17,index=-1", "index_m3 lies from"),
        ("gpio=17,colour=red", "no 'colour'"),
        ("mqtt=toaster", "no program that is known"),
        ("mqtt=everblu", "a radio hears the neighbours' meters"),
        ("mqtt=everblu,ids=a b", "ids are numbers"),
        ("mqtt=esphome,unit=L", "mqtt.topic is needed"),
        ("mqtt=esphome,topic=a/#,unit=L", "of one meter"),
        ("mqtt=esphome,topic=a,unit=pint", "mqtt.unit is one of"),
    ],
)
def test_what_can_not_be_is_told_with_what_would_be_right(word, why):
    with pytest.raises(NoAnswer, match=why):
        meter_of(GAS, word)


def test_each_program_that_is_known_may_be_named():
    for name in PRESETS:
        word = f"mqtt={name},topic=a/b,path=c,unit=L,ids=00aabb11"
        assert meter_of(WATER, word)["mqtt"]["preset"] == name


def test_a_broker_is_an_address_that_can_be_used():
    assert broker_of("managed") == "managed"
    assert broker_of("mqtt://me:p%40ss@nas:1883") == "mqtt://me:p%40ss@nas:1883"
    assert broker_of("mqtts://nas") == "mqtts://nas"


@pytest.mark.parametrize("word", ["nas", "http://nas", "mqtt://me:hush/hush@nas:1883"])
def test_what_is_no_broker_is_told_without_what_was_typed(word):
    with pytest.raises(NoAnswer, match=r"mqtt://user:password@host") as told:
        broker_of(word)
    assert "hush" not in str(told.value)
