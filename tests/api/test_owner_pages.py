"""What the household's pages are told and may do: the owner's alone, and as shown."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from api_house import PARIS, caller, paris
from services_house import COACH, LINE, Household, Service, stranger

from edge.consent import receipts
from edge.consent.asking import TRIES_EACH
from edge.consent.read_journal import ReadJournal
from edge.health import HealthReport, PartHealth
from edge.interval import Interval, Step

DAY_MS = 86_400_000
OWNER = "/api/v1/owner"
METERS = "/api/v1/meters/linky/registers/import_total_wh"
PATHS = (
    ("GET", "home"),
    ("GET", "services"),
    ("GET", "reads"),
    ("GET", "sessions"),
    ("DELETE", "sessions/mine"),
    ("GET", "consents/c0123456789ab/receipt"),
    ("POST", "requests"),
    ("POST", "preview"),
    ("POST", "requests/approve"),
    ("POST", "requests/refuse"),
    ("POST", "consents/withdraw"),
    ("POST", "consents/narrow"),
    ("POST", "services/pause"),
    ("POST", "services/resume"),
    ("POST", "export/home"),
    ("POST", "export/extract"),
    ("POST", "erasure/preview"),
    ("POST", "erasure"),
    ("GET", "erasure"),
    ("POST", "cozy/asked"),
    ("POST", "cozy/connect"),
)


def rows(step: Step, *bounds: int, value: int = 1000) -> list[Interval]:
    """Rows of the linky that follow each other."""
    return [
        Interval("linky", "import_total_wh", step, start_ms, end_ms, value + place)
        for place, (start_ms, end_ms) in enumerate(itertools.pairwise(bounds))
    ]


@pytest.fixture
def reads(reads):
    days = [paris(f"2026-10-{day:02}T00:00:00+02:00") for day in range(1, 26)]
    days.append(paris("2026-10-26T00:00:00+01:00"))
    halves = [days[-1] + n * 1_800_000 for n in range(24)]
    reads.kept = {
        ("linky", "import_total_wh", Step.DAY): rows(Step.DAY, *days),
        ("linky", "import_total_wh", Step.MIN30): rows(Step.MIN30, *halves, value=10),
    }
    reads.meters = lambda: {"linky": ("import_total_wh", "tariff_period", "unheard_of")}
    return reads


@pytest.fixture
def household(tmp_path):
    opened = Household.open(tmp_path)
    yield opened
    opened.consents.close()


@pytest.fixture
def home(deps, household):
    journal = ReadJournal(household.consents.ledger, PARIS)
    return replace(household.within(deps), read_journal=journal)


@pytest.fixture
async def owner(home) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(home) as called:
        yield called


@pytest.fixture
async def service(home) -> AsyncIterator[Service]:
    async with stranger(home) as called:
        yield Service(called)


async def opened(owner, service, *lines) -> dict:
    """Have a service ask, and type its code."""
    codes = (await service.ask(*lines)).json()
    service.device = codes["device_code"]
    answer = await owner.post(f"{OWNER}/requests", json={"code": codes["user_code"]})
    assert answer.status_code == 200, answer.text
    return answer.json()


def approval(asked, *choices) -> dict:
    return {
        "request": asked["request"],
        "digest": asked["digest"],
        "choices": list(choices),
        "language": "fr",
    }


def chosen(**narrower) -> dict:
    return {"terms": {**LINE, **narrower}, "meters": ["linky"]}


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_what_is_the_owners_does_not_exist_for_a_service(
    service, household, method, path
):
    await service.join(household)
    there = await service.client.request(
        method, f"{OWNER}/{path}", headers=service.bearer
    )
    nowhere = await service.client.request(
        method, f"{OWNER}/nowhere-at-all", headers=service.bearer
    )
    assert there.status_code == nowhere.status_code == 404
    assert there.text.replace(path, "nowhere-at-all") == nowhere.text
    assert (await service.client.request(method, f"{OWNER}/{path}")).status_code == 401


async def test_a_request_appears_only_when_its_code_is_typed(owner, service):
    for wrong in ("", "AAAAA-AAAAA"):
        answer = await owner.post(f"{OWNER}/requests", json={"code": wrong})
        assert answer.status_code == 404
    asked = await opened(owner, service)
    assert asked["declared"]["name"] == COACH["client_name"]
    (line,) = asked["lines"]
    assert line["terms"] == LINE
    assert not line["presence"]
    assert [one["id"] for one in line["meters"]] == ["linky", "garage"]


async def test_whoever_guesses_codes_is_told_nothing_more(owner, service):
    for _ in range(TRIES_EACH):
        await owner.post(f"{OWNER}/requests", json={"code": "AAAAA-AAAAA"})
    code = (await service.ask()).json()["user_code"]
    answer = await owner.post(f"{OWNER}/requests", json={"code": code})
    assert answer.status_code == 404


@pytest.mark.parametrize("grain", ["live", "30min", "hour"])
async def test_what_shows_presence_is_said(owner, service, grain):
    asked = await opened(owner, service, {**LINE, "granularity": grain})
    assert asked["lines"][0]["presence"]


async def test_an_approval_is_of_what_was_shown_and_no_more(owner, service, household):
    asked = await opened(owner, service)
    for wider in ({"granularity": "hour"}, {"history": "P3Y"}, {"duration": "P2Y"}):
        answer = await owner.post(
            f"{OWNER}/requests/approve", json=approval(asked, chosen(**wider))
        )
        assert answer.status_code == 409
        assert answer.json()["type"] == "/docs#decision-refused"
    answer = await owner.post(
        f"{OWNER}/requests/approve",
        json=approval(asked, chosen(granularity="month", history="P6M")),
    )
    assert answer.status_code == 200
    (given,) = household.consents.grant(answer.json()["service"]).consents
    assert given.terms.plain() == {**LINE, "granularity": "month", "history": "P6M"}
    assert given.meters == {"linky"}


async def test_no_other_digest_is_approved(owner, service, household):
    asked = await opened(owner, service)
    for change in ({"digest": "0" * 64}, {"request": "another"}):
        told = {**approval(asked, chosen()), **change}
        answer = await owner.post(f"{OWNER}/requests/approve", json=told)
        assert answer.status_code == 409
    assert not household.consents.standing.services


@pytest.mark.parametrize(
    "wrong",
    [
        {"terms": LINE, "meters": []},
        {"terms": LINE, "meters": ["water"]},
        {"terms": LINE, "meters": ["linky", 1]},
        {"terms": LINE, "meters": "linky"},
        {"terms": {**LINE, "more": 1}, "meters": ["linky"]},
        {"terms": [], "meters": ["linky"]},
        {"terms": LINE},
        "linky",
    ],
)
async def test_a_choice_that_can_not_be_understood_grants_nothing(
    owner, service, household, wrong
):
    asked = await opened(owner, service)
    told = approval(asked, chosen(), wrong)
    answer = await owner.post(f"{OWNER}/requests/approve", json=told)
    assert answer.status_code in (409, 422)
    assert not household.consents.standing.services


async def test_nothing_chosen_grants_nothing(owner, service, household):
    asked = await opened(owner, service)
    answer = await owner.post(f"{OWNER}/requests/approve", json=approval(asked))
    assert answer.status_code == 409
    assert not household.consents.standing.services


async def test_a_refusal_is_carried_out(owner, service, household):
    asked = await opened(owner, service)
    told = {"request": asked["request"], "digest": asked["digest"]}
    answer = await owner.post(f"{OWNER}/requests/refuse", json=told)
    assert answer.status_code == 200
    assert household.consents.standing.refusals
    again = await owner.post(f"{OWNER}/requests/approve", json=approval(asked))
    assert again.status_code == 409


@pytest.mark.parametrize("grain", ["day", "30min"])
async def test_the_preview_is_what_the_service_would_get(
    owner, service, household, grain
):
    terms = {**LINE, "granularity": grain}
    answer = await owner.post(
        f"{OWNER}/preview", json={"meter": "linky", "terms": terms}
    )
    (register,) = answer.json()["registers"]
    assert register["name"] == "import_total_wh"
    assert register["step"] == grain
    await service.join(household, terms)
    got = (await service.get(f"{METERS}?step={grain}")).json()["rows"]
    assert register["rows"]
    assert register["rows"] == [
        {"start": row["start"], "value": row["value"]} for row in got
    ]


async def test_the_preview_shows_nothing_of_today_by_day(owner):
    told = {"meter": "linky", "terms": LINE}
    (register,) = (await owner.post(f"{OWNER}/preview", json=told)).json()["registers"]
    assert register["rows"][-1]["start"] == "2026-10-25T00:00:00+02:00"


async def test_the_preview_of_what_has_no_rows_is_empty(owner):
    terms = {**LINE, "class": "event", "granularity": "live"}
    told = {"meter": "linky", "terms": terms}
    answer = await owner.post(f"{OWNER}/preview", json=told)
    assert answer.json() == {"meter": "linky", "registers": []}


@pytest.mark.parametrize(
    "told",
    [
        {"meter": "linky", "terms": {}},
        {"meter": "linky", "terms": {**LINE, "granularity": "second"}},
        {"meter": 1, "terms": LINE},
        {"meter": "linky"},
    ],
)
async def test_a_preview_that_can_not_be_understood_is_said(owner, told):
    assert (await owner.post(f"{OWNER}/preview", json=told)).status_code == 422


async def test_the_owner_sees_what_flowed(owner):
    told = (await owner.get(f"{OWNER}/home")).json()
    linky, garage = told["meters"]
    assert linky["yesterday"] == 1024
    assert linky["today"] == sum(range(10, 33))
    assert linky["month"] == sum(range(1000, 1025)) + linky["today"]
    assert linky["until"] == "2026-10-26T11:30:00+01:00"
    assert linky["age_s"] > DAY_MS / 1000
    assert garage["seen"] is None
    assert garage["unit"] == "Wh"


async def test_today_is_never_said_to_be_counted_further_than_it_is(owner, reads):
    half = paris("2026-10-26T11:30:00+01:00")
    opened = rows(Step.MIN30, half, half + 3_600_000)
    reads.kept["linky", "import_total_wh", Step.MIN30] += opened
    linky = (await owner.get(f"{OWNER}/home")).json()["meters"][0]
    assert linky["until"] == "2026-10-26T12:00:00+01:00"


async def test_the_owner_sees_which_source_is_quiet_and_how_old_a_portals_word_is(
    home,
):
    parts = (
        PartHealth("source:linky", ok=False, detail="nothing heard"),
        PartHealth("source:garage", ok=True),
        PartHealth("collector:grdf", ok=True, oldest_age_ms=7_200_999),
        PartHealth("collector:suez", ok=True),
    )
    heard = replace(home, health=lambda: HealthReport(0, parts))
    async with caller(heard) as owner:
        told = (await owner.get(f"{OWNER}/home")).json()
    assert [one["quiet"] for one in told["meters"]] == [True, False]
    assert told["collectors"] == [
        {"name": "grdf", "age_s": 7200},
        {"name": "suez", "age_s": None},
    ]
    assert told["troubles"] == [{"name": "source:linky", "detail": "nothing heard"}]


async def test_what_nobody_knows_is_unknown_and_not_0(owner, reads):
    reads.kept = {}
    linky = (await owner.get(f"{OWNER}/home")).json()["meters"][0]
    assert linky["today"] is linky["yesterday"] is linky["month"] is None


async def test_the_owner_sees_who_holds_what(owner, service, household):
    await service.join(household)
    (one,) = (await owner.get(f"{OWNER}/services")).json()["services"]
    assert one["declared"]["name"] == "Coach"
    assert not one["paused"]
    (consent,) = one["consents"]
    assert consent["terms"] == LINE
    assert consent["meters"] == ["linky"]


async def test_the_owner_sees_who_read_what(owner, service, household):
    await service.join(household)
    await service.get(f"{METERS}?step=day")
    lines = (await owner.get(f"{OWNER}/reads")).json()["reads"]
    line = next(one for one in lines if one["name"] == "Coach")
    assert line["channel"] == "rest"
    assert line["consent_class"] == "energy"
    assert line["rows"] == 25


async def test_a_consent_is_withdrawn_narrowed_and_paused(owner, service, household):
    name = await service.join(household)
    (before,) = household.consents.grant(name).consents

    paused = await owner.post(f"{OWNER}/services/pause", json={"services": []})
    assert paused.status_code == 200
    assert household.consents.grant(name) is None
    await owner.post(f"{OWNER}/services/resume", json={"services": [name]})
    assert household.consents.grant(name) is not None

    told = {"consent": before.id, "choice": chosen(granularity="month")}
    answer = await owner.post(f"{OWNER}/consents/narrow", json=told)
    (after,) = household.consents.grant(name).consents
    assert answer.json() == {"consent": after.id}
    assert after.terms.grain == "month"

    told = {"consents": [after.id]}
    answer = await owner.post(f"{OWNER}/consents/withdraw", json=told)
    assert answer.json() == {"withdrawn": [after.id]}
    assert household.consents.grant(name) is None
    assert (await owner.get(f"{OWNER}/services")).json() == {"services": []}


async def test_a_receipt_is_right_by_the_ledger(owner, service, household):
    name = await service.join(household)
    (held,) = household.consents.grant(name).consents
    answer = await owner.get(f"{OWNER}/consents/{held.id}/receipt")
    entries = list(household.consents.ledger.entries())
    told = receipts.verified(receipts.read(answer.content), entries)
    assert told.entries == len(entries)
    nobody = await owner.get(f"{OWNER}/consents/c0123456789ab/receipt")
    assert nobody.status_code == 409


async def test_a_consent_is_never_widened(owner, service, household):
    name = await service.join(household)
    (before,) = household.consents.grant(name).consents
    for wider in ({"granularity": "hour"}, {"history": "P2Y"}):
        told = {"consent": before.id, "choice": chosen(**wider)}
        answer = await owner.post(f"{OWNER}/consents/narrow", json=told)
        assert answer.status_code == 409
    assert household.consents.grant(name).consents == (before,)


@pytest.mark.parametrize("path", ["consents/withdraw", "services/pause"])
async def test_ids_that_are_nobodys_are_refused(owner, path):
    key = path.partition("/")[0]
    for ids, status in ((["nobody"], 409), ([1], 422), (["x"] * 501, 422)):
        answer = await owner.post(f"{OWNER}/{path}", json={key: ids})
        assert answer.status_code == status


async def test_a_home_without_services_has_none_of_it(client):
    for path in ("services", "reads"):
        assert (await client.get(f"{OWNER}/{path}")).status_code == 404
    answer = await client.post(f"{OWNER}/requests", json={"code": "AAAAA"})
    assert answer.status_code == 404


async def test_a_page_of_another_origin_decides_nothing(owner, service, household):
    asked = await opened(owner, service)
    answer = await owner.post(
        f"{OWNER}/requests/approve",
        json=approval(asked, chosen()),
        headers={"Origin": "http://evil.example"},
    )
    assert answer.status_code == 403
    assert not household.consents.standing.services


async def test_the_hypothetical_grant_is_nobodys(owner, household):
    await owner.post(f"{OWNER}/preview", json={"meter": "linky", "terms": LINE})
    assert household.consents.grant("preview") is None
    assert not household.consents.standing.services


async def test_a_demonstration_says_so(home):
    async with caller(replace(home, demo=True)) as owner:
        assert (await owner.get(f"{OWNER}/home")).json()["demo"]
