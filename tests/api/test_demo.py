"""A demonstration says on every answer, and on every page, that it is one."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from api_house import caller

METERS = "/api/v1/meters"
REGISTER = f"{METERS}/linky/registers/import_total_wh"
PATHS = [
    METERS,
    f"{METERS}/linky/latest",
    f"{REGISTER}?step=30min",
    "/api/v1/health",
    "/metrics",
    "/nowhere",
    "/",
    "/docs",
]


@pytest.fixture
async def demo(deps):
    async with caller(replace(deps, demo=True)) as called:
        yield called


@pytest.mark.parametrize("path", PATHS)
async def test_each_answer_is_marked_and_none_of_a_real_home(demo, client, path):
    assert (await demo.get(path)).headers["releve-demo"] == "true"
    assert "releve-demo" not in (await client.get(path)).headers


async def test_a_csv_is_marked_as_well(demo):
    answer = await demo.get(f"{REGISTER}?step=30min", headers={"Accept": "text/csv"})
    assert next(csv.reader(answer.text.splitlines()))
    assert answer.headers["releve-demo"] == "true"


async def test_who_is_refused_sees_the_mark_too(deps):
    async with caller(replace(deps, demo=True), headers={}) as stranger:
        answer = await stranger.get(METERS)
    assert answer.status_code == 401
    assert answer.headers["releve-demo"] == "true"


async def test_the_list_of_meters_says_it(demo, client):
    assert (await demo.get(METERS)).json()["demo"] is True
    assert (await client.get(METERS)).json()["demo"] is False


@pytest.mark.parametrize("path", ["/", "/consent", "/cozy/callback", "/docs"])
async def test_a_page_says_it_in_both_languages_above_all_else(demo, client, path):
    text = (await demo.get(path)).text
    start = text.index("<main")
    assert text.index("Démonstration") < text.index("<h1")
    assert "Demonstration: all that is read here is invented" in text[start:]
    assert "invent" not in (await client.get(path)).text
