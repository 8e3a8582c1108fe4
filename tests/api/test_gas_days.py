"""Gas days and civil days: asked by name, and the same on the next page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from api_house import caller, paris

from api.deps import MeterInfo
from edge.catalogue import Fluid
from edge.interval import Interval, Step

ASKED = "/api/v1/meters/gas/registers/gas_volume_l"
DAY_MS = 86_400_000


@pytest.fixture
async def gas(deps, reads):
    start = paris("2026-06-01T06:00:00+02:00")
    reads.kept["gas", "gas_volume_l", Step.DAY] = [
        Interval(
            "gas",
            "gas_volume_l",
            Step.DAY,
            start + n * DAY_MS,
            start + (n + 1) * DAY_MS,
            n,
        )
        for n in range(9)
    ]
    meters = (*deps.meters, MeterInfo("gas", "gazpar", Fluid.GAS))
    async with caller(replace(deps, meters=meters)) as called:
        yield called


async def test_a_gas_day_is_the_usual_and_a_civil_one_is_asked_for(gas, reads):
    for word, civil in (("", False), ("&day=gas", False), ("&day=civil", True)):
        reads.asked.clear()
        answer = await gas.get(f"{ASKED}?step=day&from=2026-06-01{word}")
        assert answer.status_code == 200
        assert any(asked[0] == "civil" for asked in reads.asked) is civil


async def test_the_next_page_is_by_the_same_days(gas, reads):
    body = (await gas.get(f"{ASKED}?step=day&from=2026-06-01&limit=2&day=civil")).json()
    assert "day=civil" in body["next"]
    reads.asked.clear()
    following = await gas.get(body["next"])
    assert [row["value"] for row in following.json()["rows"]] == [2, 3]
    assert reads.asked[0][0] == "civil"
    other = await gas.get(body["next"].replace("day=civil", "day=gas"))
    assert other.status_code == 422


async def test_what_has_no_gas_day_says_so(client):
    path = "/api/v1/meters/linky/registers/import_total_wh"
    assert (await client.get(f"{path}?day=civil")).status_code == 200
    answer = await client.get(f"{path}?day=gas")
    assert (answer.status_code, answer.json()["parameter"]) == (422, "day")
    assert (await client.get(f"{path}?day=lunar")).status_code == 422
