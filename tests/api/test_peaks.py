"""The largest power of a day, read as rows: by the owner, and by who was granted it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from api_house import caller, paris
from services_house import LINE, Household, Service, stranger

from edge.journal.journal import Journal
from edge.journal.writer import Policy
from edge.reads import Reads
from edge.sample import Quality, Slice
from edge.stores.sqlite import SqliteStore

PEAK = "max_power_today_va"
PATH = f"/api/v1/meters/linky/registers/{PEAK}"
MAX = {**LINE, "class": "max_power"}
DAYS = {
    "2026-10-23T00:00:00+02:00": ("2026-10-24T00:00:00+02:00", 4100),
    "2026-10-24T00:00:00+02:00": ("2026-10-25T00:00:00+02:00", 5870),
    "2026-10-25T00:00:00+02:00": ("2026-10-26T00:00:00+01:00", 3000),
}
"""The last of them has 25 hours, and ended twelve hours ago."""


def told(start, end, value, origin="tic", quality=Quality.RAW):
    span = (paris(start), paris(end))
    return Slice("linky", PEAK, *span, value, quality, origin, paris(end))


@pytest.fixture
async def told_deps(tmp_path, deps):
    journal = Journal.open(tmp_path / "home", policy=Policy(), ballast_bytes=0)
    store = SqliteStore(tmp_path / "store.db")
    known = [told(start, *rest) for start, rest in DAYS.items()]
    validated = ("file:enedis-daily-energy", Quality.VALIDATED)
    known.append(
        told("2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00", 5900, *validated)
    )
    await journal.append([tuple(known)])
    yield replace(deps, reads=Reads(store, journal))
    store.close()
    journal.close()


@pytest.fixture
async def owner(told_deps):
    async with caller(told_deps) as called:
        yield called


@pytest.fixture
def household(tmp_path):
    opened = Household.open(tmp_path)
    yield opened
    opened.consents.close()


@pytest.fixture
async def service(told_deps, household):
    async with stranger(household.within(told_deps)) as client:
        yield Service(client)


async def test_the_owner_reads_a_day_a_row(owner):
    body = (await owner.get(f"{PATH}?step=day&from=2026-10-01")).json()
    assert (body["kind"], body["unit"], body["step"]) == ("state", "VA", "day")
    assert [(one["start"], one["end"], one["value"]) for one in body["rows"]] == [
        (start, *rest) for start, rest in DAYS.items()
    ]
    assert body["rows"][0] == {
        "start": "2026-10-23T00:00:00+02:00",
        "end": "2026-10-24T00:00:00+02:00",
        "value": 4100,
        "unit": "VA",
        "quality": "raw",
        "coverage": 1.0,
        "revision": 1,
        "sources": "tic",
    }


async def test_for_bills_it_is_the_operators_word(owner):
    asked = f"{PATH}?step=day&from=2026-10-24&to=2026-10-25"
    for purpose, value in (("now", 5870), ("bill", 5900), ("own", 5870)):
        rows = (await owner.get(f"{asked}&purpose={purpose}")).json()["rows"]
        assert [one["value"] for one in rows] == [value]


async def test_a_month_says_how_much_of_it_is_known(owner):
    (row,) = (await owner.get(f"{PATH}?step=month&from=2026-10-01")).json()["rows"]
    assert row["value"] == 5870
    assert row["coverage"] == pytest.approx((24 + 24 + 25) / (31 * 24 + 1))


async def test_pages_follow_each_other(owner):
    found, following = [], f"{PATH}?step=day&from=2026-10-01&limit=1"
    while following:
        page = (await owner.get(following)).json()
        found += [one["value"] for one in page["rows"]]
        following = page["next"]
    assert found == [4100, 5870, 3000]


@pytest.mark.parametrize("step", ["1min", "30min", "hour"])
async def test_nothing_is_the_largest_of_less_than_a_day(owner, step):
    refused = await owner.get(f"{PATH}?step={step}")
    assert refused.status_code == 422
    assert "step=raw or day or month or year" in refused.json()["detail"]


async def test_without_a_step_the_owner_has_its_changes(owner):
    assert (await owner.get(PATH)).json()["step"] == "raw"


async def test_the_meter_says_at_which_steps_it_is_told(owner):
    (meter, *_) = (await owner.get("/api/v1/meters")).json()["meters"]
    steps = {one["name"]: one["steps"] for one in meter["registers"]}
    assert steps[PEAK] == ["raw", "day", "month", "year"]


async def test_a_service_by_days_sees_days_that_are_over(service, household):
    await service.join(household, MAX)
    answer = await service.get(f"{PATH}?from=2026-10-01")
    body = answer.json()
    assert body["step"] == "day"
    assert body["rows"] == [
        {
            "start": start,
            "end": end,
            "value": value,
            "unit": "VA",
            "quality": "raw",
            "coverage": 1.0,
        }
        for start, (end, value) in DAYS.items()
    ]


async def test_a_service_by_months_sees_none_that_is_open(service, household):
    await service.join(household, {**MAX, "granularity": "month"})
    for step in ("day", "month"):
        body = (await service.get(f"{PATH}?step={step}&from=2026-09-01")).json()
        assert body["rows"] == []


async def test_a_service_by_days_has_neither_changes_nor_the_operators_series(
    service, household
):
    await service.join(household, MAX)
    for asked in ("step=raw", "step=day&purpose=bill", "step=day&purpose=own"):
        answer = await service.get(f"{PATH}?{asked}&from=2026-10-01")
        assert answer.json()["rows"] == []


async def test_a_service_without_the_class_is_told_of_no_such_register(
    service, household
):
    await service.join(household, LINE)
    assert (await service.get(f"{PATH}?step=day")).status_code == 404
