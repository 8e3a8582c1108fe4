"""What every driver of wmbusmeters says of water and gas becomes a reading of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from edge.broker.publisher import Message
from edge.catalogue import Fluid
from edge.sample import HostInstant, millis
from edge.sources.mqtt_in.message import heard
from edge.sources.mqtt_in.settings import HearSettings
from edge.sources.plugins import build
from water.errors import MessageRefused

SAMPLES = Path(__file__).parents[5] / "shared/samples/water"
DRIVERS = SAMPLES / "wmbusmeters_driver_tests_water_gas.jsonl"
KINDS = {
    "WaterMeter": ("water", "water_volume_l"),
    "GasMeter": ("gazpar", "gas_volume_l"),
}
INVENTED = [
    {"meter_type": kind, "json": {"meter": driver, "media": media, "id": number}}
    for kind, driver, media, number in (
        ("WaterMeter", "izarv2", "water", "00aabb11"),
        ("WaterMeter", "qwaterv2", "radio converter (meter side)", "00aabb12"),
        ("WaterMeter", "kamwater", "cold water", "00aabb13"),
        ("WaterMeter", "hydrus", "warm water", "00aabb14"),
        ("GasMeter", "elster", "gas", "00ccdd22"),
        ("GasMeter", "lansenpu", "other", "00ccdd23"),
    )
]
for one in INVENTED:
    one["json"] |= {"total_m3": 1234.5679, "_": "telegram", "name": "x", "new": [1]}
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    def now(self):
        return HostInstant(millis(AT), 10**15, True, "boot")


def cases():
    real = []
    if DRIVERS.is_file():
        real = [json.loads(line) for line in DRIVERS.read_text().splitlines()]
    told = [one for one in INVENTED + real if "total_m3" in one["json"]]
    return [
        pytest.param(one, id=f"{one['json']['meter']}-{n}")
        for n, one in enumerate(told)
    ]


@pytest.mark.parametrize("one", cases())
async def test_a_driver_s_message_is_a_reading_of_the_meter_it_is_of(tmp_path, one):
    kind, register = KINDS[one["meter_type"]]
    message = one["json"] | {"timestamp": AT.isoformat()}
    table = {"id": "cellar", "kind": kind, "data_dir": str(tmp_path)}
    table["mqtt"] = {"preset": "wmbusmeters", "ids": [message["id"]]}
    meter = build(table, Clock())
    # the neighbour's first, of the same make
    for said in (message | {"id": "00ff00ff"}, message):
        meter.hear(Message(f"wmbusmeters/{said['id']}", json.dumps(said).encode()))
    readings = aiter(meter)
    reading = await anext(readings)
    await readings.aclose()
    total_l = int(Decimal(str(message["total_m3"])) * 1000)
    assert reading.values == {register: total_l}
    assert reading.seen.wall_ms == millis(AT)
    assert meter.counters["of_others"] == 1


@pytest.mark.skipif(not DRIVERS.is_file(), reason="no samples on this machine")
def test_both_fluids_are_among_the_samples():
    lines = [json.loads(line) for line in DRIVERS.read_text().splitlines()]
    assert {one["meter_type"] for one in lines} == KINDS.keys()
    assert sum("total_m3" in one["json"] for one in lines) == len(lines) - 2


def test_gas_is_not_taken_for_water():
    table = {"id": "w", "mqtt": {"preset": "wmbusmeters", "ids": ["00ccdd22"]}}
    settings = HearSettings.from_table(table, Fluid.WATER)
    said = INVENTED[4]["json"] | {"timestamp": AT.isoformat()}
    with pytest.raises(MessageRefused) as caught:
        heard(settings, "wmbusmeters/x", json.dumps(said).encode(), millis(AT))
    assert caught.value.reason == "other-medium"
