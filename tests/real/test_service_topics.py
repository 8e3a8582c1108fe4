"""What a service is told by MQTT, on a real broker of the home's own."""

from __future__ import annotations

import asyncio

import pytest

from tests.attacks.service_house import House
from tests.attacks.twin_home import paris

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

SEVEN_MS = paris("2026-10-27T07:00:03+01:00")


@pytest.fixture
async def house(tmp_path):
    made = House(tmp_path)
    async with made.running():
        yield made


async def test_a_closed_day_is_told_at_seven_of_the_next_and_nothing_before(house):
    service, _ = await house.give()
    async with house.ear(service) as ear:
        await house.to(paris("2026-10-27T06:59:59+01:00"))
        await house.until(lambda: house.part.deliveries.health())
        await house.to(SEVEN_MS)
        await house.until(lambda: ear.rows())
        (told,) = ear.told
    assert told.topic == f"releve/services/{service}/out/linky/day/import_total_wh"
    assert told.document.keys() == {"seq", "start", "end", "value", "unit", "quality"}
    assert told.document["seq"] == 1
    assert told.document["start"] == "2026-10-26T00:00:00+01:00"
    assert told.document["end"] == "2026-10-27T00:00:00+01:00"
    assert told.document["unit"] == "Wh"
    assert not told.retain
    assert house.noted.lines[0][:2] == (service, "mqtt")
