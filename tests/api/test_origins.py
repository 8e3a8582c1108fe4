"""Web apps of others: each reads from the origin that its grant names, and no other."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from api_house import BEARER
from services_house import COACH, LINE, Household, Service, stranger

from edge.consent.asking import INTERVAL_S

APP = "https://coach.example"
METERS, GRANT = "/api/v1/meters", "/api/v1/grant"
ALLOW = "access-control-allow-origin"


@pytest.fixture
def household(tmp_path):
    opened = Household.open(tmp_path)
    yield opened
    opened.consents.close()


@pytest.fixture
async def client(deps, household):
    async with stranger(household.within(deps)) as called:
        yield called


@pytest.fixture
async def coach(client, household) -> Service:
    """A service that was let in with a web app at APP."""
    return await joined(client, household, origin=APP)


async def joined(client, household, name="coach", **more) -> Service:
    service = Service(client)
    codes = (await service.ask(client_id=name, **more)).json()
    household.approve(codes["user_code"])
    household.clock.passed_s += INTERVAL_S
    service.tokens = (await service.poll(codes["device_code"], name)).json()
    return service


async def allowed(client, path, headers, origin=APP) -> str | None:
    answer = await client.get(path, headers={**headers, "Origin": origin})
    assert answer.status_code == 200
    return answer.headers.get(ALLOW)


async def test_a_web_app_reads_from_the_origin_of_its_grant_and_no_other(client, coach):
    assert await allowed(client, METERS, coach.bearer) == APP
    assert await allowed(client, GRANT, coach.bearer) == APP
    for other in (
        "https://evil.example",
        "https://sub.coach.example",
        "http://coach.example",
        "https://coach.example:8443",
        "https://coach.example.evil.example",
        "https://COACH.example",
        "null",
    ):
        assert await allowed(client, METERS, coach.bearer, other) is None


@pytest.mark.usefixtures("coach")
async def test_no_other_credential_is_read_from_it(client, household):
    other = await joined(client, household, "other", client_name="Other")
    assert await allowed(client, METERS, other.bearer) is None
    assert await allowed(client, METERS, BEARER) is None


@pytest.mark.usefixtures("coach")
async def test_a_preflight_is_answered_while_the_grant_lives(client, household):
    asked = {"Origin": APP, "Access-Control-Request-Method": "GET"}
    answer = await client.options(METERS, headers=asked)
    assert (answer.status_code, answer.headers[ALLOW]) == (204, APP)
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    household.consents.pause(None)
    paused = await client.options(METERS, headers=asked)
    household.consents.resume(None)
    assert (await client.options(METERS, headers=asked)).status_code == 204
    held = list(household.consents.standing.consents)
    household.consents.withdraw(held)
    ended = await client.options(METERS, headers=asked)
    never = await client.options(METERS, headers={**asked, "Origin": "null"})
    assert paused.status_code == ended.status_code == never.status_code == 401
    assert paused.headers == ended.headers == never.headers
    assert paused.content == ended.content == never.content


@pytest.mark.usefixtures("coach")
async def test_a_granted_origin_reads_where_services_do_and_nowhere_else(client):
    for path in ("/", "/consent", "/ca", "/api/v1/owner/home", "/metrics", "/nope"):
        for ask in (client.get, client.options):
            answer = await ask(path, headers={"Origin": APP})
            assert ALLOW not in answer.headers, path
            assert answer.status_code != 204, path


async def test_a_granted_origin_renews_its_tokens_and_changes_nothing_else(
    client, coach
):
    here = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
    told = {
        "grant_type": "refresh_token",
        "refresh_token": coach.tokens["refresh_token"],
    }
    renewed = await coach.post("token", told, here)
    assert renewed.status_code == 200
    assert renewed.headers[ALLOW] == APP
    form = {**COACH, "authorization_details": json.dumps([LINE])}
    assert (await coach.post("device_authorization", form, here)).status_code == 403
    owners = await client.post(
        "/api/v1/owner/services/pause",
        content=b'{"services": []}',
        headers={**BEARER, **here},
    )
    assert owners.status_code == 403
    ended = await coach.post("revoke", {"token": renewed.json()["access_token"]}, here)
    assert ended.status_code == 200
    elsewhere = {**here, "Origin": "https://evil.example"}
    assert (await coach.post("token", told, elsewhere)).status_code == 403


async def test_the_household_is_shown_the_origin_it_grants(client, household):
    codes = (await Service(client).ask(origin=APP)).json()
    seen = household.asking.by_code(codes["user_code"], "owner")
    assert seen.request.declared.origin == APP


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "*",
            "null",
            "coach.example",
            "https://coach.example/",
            "ftp://coach.example",
        ),
        *("https://*.example", "https://Coach.example", "https://coach.example:443"),
        *(
            "http://coach.example:80",
            "https://a@coach.example",
            "https://coach.example ",
        ),
        *("https://coach.example:0", "https://.example", "https://é.example"),
    ],
)
async def test_what_no_browser_would_send_is_no_origin(client, origin):
    answer = await Service(client).ask(origin=origin)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


async def test_those_of_the_configuration_read_with_any_credential(deps, household):
    told = replace(household.within(deps), cors=("https://panel.example",))
    async with stranger(told) as client:
        coach = await joined(client, household)
        for headers in (coach.bearer, BEARER):
            origin = "https://panel.example"
            assert await allowed(client, METERS, headers, origin) == origin
