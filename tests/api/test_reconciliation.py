"""How far sources agree: period by period, totals of all, and what nobody knows."""

from __future__ import annotations

import pytest
from api_house import half_hours, paris

from edge.interval import Step
from edge.sample import Quality, Slice

ASKED = "/api/v1/meters/linky/registers/import_total_wh/reconciliation"
FROM = paris("2026-10-25T00:00:00+02:00")
HALF_MS = 1_800_000


def said(first, halves, value, origin="file:enedis-daily-energy", register=None):
    return Slice(
        "linky",
        register or "import_total_wh",
        FROM + first * HALF_MS,
        FROM + (first + halves) * HALF_MS,
        value,
        Quality.RAW,
        origin,
        FROM,
    )


@pytest.fixture
def told(reads):
    reads.told["linky", "import_total_wh"] = [said(0, 50, 1230), said(50, 48, 9999)]
    reads.told["linky", "import_load_curve_w"] = [
        said(n, 1, 2 * n, origin, "import_load_curve_w")
        for n in range(50)
        for origin in ("file:enedis-load-curve", "tic")
    ]
    return reads


@pytest.mark.usefixtures("told")
async def test_sources_are_compared_with_the_home_period_by_period(client):
    body = (await client.get(f"{ASKED}?from=2026-10-25&to=2026-10-27")).json()
    curve, daily, file = body["sources"]
    assert (curve["origin"], curve["periods"], curve["differing"]) == ("tic", 50, 0)
    assert daily["rows"] == [
        {
            "start": "2026-10-25T00:00:00+02:00",
            "end": "2026-10-26T00:00:00+01:00",
            "own": 1225,
            "theirs": 1230,
            "difference": 5,
            "relative": 0.004082,
        }
    ]
    assert (daily["alone"], daily["own"], daily["theirs"]) == (1, 1225, 1230)
    assert (file["register"], file["theirs"]) == ("import_load_curve_w", 1225)


@pytest.mark.usefixtures("told")
async def test_no_more_periods_are_listed_than_asked_and_totals_are_of_all(client):
    body = (await client.get(f"{ASKED}?from=2026-10-25&limit=3")).json()
    curve = body["sources"][0]
    assert (len(curve["rows"]), curve["more"], curve["own"]) == (3, True, 1225)


async def test_gaps_are_told_of_intervals_that_are_over(client, reads):
    reads.kept["linky", "import_total_wh", Step.MIN30] = half_hours(4, FROM)
    body = (
        await client.get(f"{ASKED}?step=30min&from=2026-10-25&to=2026-10-27")
    ).json()
    assert body["gaps"] == [
        {
            "start": "2026-10-25T02:00:00+02:00",
            "end": "2026-10-26T12:00:00+01:00",  # now
            "intervals": 70,
            "filled": None,
        }
    ]


async def test_more_than_three_years_are_not_compared_at_once(client):
    answer = await client.get(f"{ASKED}?from=2020-01-01")
    assert answer.status_code == 422
    assert answer.json()["parameter"] == "from"


async def test_only_indexes_are_compared(client):
    path = ASKED.replace("import_total_wh", "apparent_power_va")
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "import_total_wh" in answer.json()["detail"]
