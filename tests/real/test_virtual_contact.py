"""A virtual meter's contact, through a real socket, into the engine of real pulses."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress

import pytest

from edge.host import HostClock
from edge.sources.plugins import build
from house.line import ContactLine
from water.virtual import VirtualWaterMeter

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

FLOW_L_H = 3_600


async def test_what_flows_is_counted_to_the_litre_bounces_and_all(tmp_path):
    meter = VirtualWaterMeter(index_l=562_362)
    path = tmp_path / "water.line"
    line = ContactLine(path, meter, lambda _: FLOW_L_H)
    playing = asyncio.create_task(line.run())
    table = {
        "id": "water",
        "kind": "water",
        "gpio": 27,
        "gpio_chip": f"virtual:{path}",
        "index_m3": 562.362,
        "data_dir": str(tmp_path),
    }
    source = build(table, HostClock())
    seen = []
    try:
        async with asyncio.timeout(30):
            async with aclosing(aiter(source)) as readings:
                async for reading in readings:
                    seen.append(reading.values["water_volume_l"])
                    if len(seen) == 8:
                        break
    finally:
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing
    # it began to listen within the first litres
    assert seen == list(range(seen[0], seen[0] + 8))
    assert seen[-1] <= meter.index_l
    assert not path.exists()
    health = source.health()
    assert health.ok
    assert health.counters["flanks_lost"] == 0
    assert set(health.refused) <= {"narrow"}
