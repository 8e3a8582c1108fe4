"""The owner erases from a page: shown first, by a word, and followed to its end."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from api_house import caller

from edge.commands import Erase
from edge.erasure.erasing import asked

EDGE = Path(__file__).parents[1] / "edge"
sys.path.append(str(EDGE / "erasure"))  # tests are no package

from erased_home import HOUR, MIDNIGHT, Home  # noqa: E402 - by the path above

ERASURE = "/api/v1/owner/erasure"
SPAN = {
    "meter": "linky",
    "since": "2026-03-03T10:00:00+01:00",
    "until": "2026-03-03T12:00:00+01:00",
}
PERIOD = (MIDNIGHT + 10 * HOUR, MIDNIGHT + 12 * HOUR)


@pytest.fixture
async def house(tmp_path):
    made = Home(tmp_path / "data")
    await made.live(0, 26)
    yield made
    made.close()


@pytest.fixture
async def owner(deps, house) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(replace(deps, erasure=house.erasure)) as called:
        yield called


def left(house):
    start, end = PERIOD
    return [at for at in house.instants() if start <= at < end]


async def test_a_preview_counts_and_changes_nothing(owner, house):
    answer = await owner.post(f"{ERASURE}/preview", json=SPAN)
    assert answer.status_code == 200, answer.text
    assert answer.json()["places"]["readings"] > 10
    assert len(left(house)) == 120
    assert (await owner.get(ERASURE)).json() == {"erasures": []}


async def test_by_its_word_it_is_durable_at_once_and_told_once_it_is_gone(owner, house):
    answer = await owner.post(ERASURE, json=SPAN | {"word": "erase"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"erasures": [1]}
    (begun,) = (await owner.get(ERASURE)).json()["erasures"]
    assert (begun["finished"], begun["places"]) == (None, {})
    assert (begun["since"], begun["until"]) == (SPAN["since"], SPAN["until"])
    await house.erasure.work()
    (done,) = (await owner.get(ERASURE)).json()["erasures"]
    assert done["finished"] is not None
    assert done["places"]["readings"] > 10
    assert left(house) == []


async def test_all_of_a_meter_has_no_beginning(owner, house):
    await owner.post(ERASURE, json={"word": "erase", "meter": "linky"})
    await house.erasure.work()
    (done,) = (await owner.get(ERASURE)).json()["erasures"]
    assert done["since"] is None
    assert house.instants() == []


@pytest.mark.parametrize("step", ["raw", "1min", "30min", "hour"])
@pytest.mark.parametrize("register", ["import_total_wh", "apparent_power_va"])
async def test_no_step_of_any_register_tells_of_it_any_more(
    deps, house, register, step
):
    span = {"from": SPAN["since"], "to": SPAN["until"], "step": step}
    path = f"/api/v1/meters/linky/registers/{register}"
    async with caller(replace(deps, reads=house.hub.reads)) as called:
        before = await called.get(path, params=span)
        assert before.json()["rows"], before.text
        await asked(house.erasure, Erase("linky", *PERIOD))
        await house.erasure.work()
        after = await called.get(path, params=span)
        told = [row for row in after.json()["rows"] if row.get("coverage", 1)]
        assert told == []


@pytest.mark.parametrize(
    "body",
    [
        SPAN,
        SPAN | {"word": "yes"},
        SPAN | {"word": "erase", "meter": "nobody"},
        SPAN | {"word": "erase", "since": SPAN["until"], "until": SPAN["since"]},
        SPAN | {"word": "erase", "since": 0},
    ],
)
async def test_without_the_word_or_a_period_nothing_goes(owner, house, body):
    answer = await owner.post(ERASURE, json=body)
    assert answer.status_code == 422, answer.text
    assert house.hub.journal.erased() == []


async def test_where_nothing_erases_there_is_nothing(deps):
    async with caller(deps) as called:
        assert (await called.get(ERASURE)).status_code == 404
