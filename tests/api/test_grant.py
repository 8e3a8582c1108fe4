"""A service at the door: what it holds, and that nothing else exists for it."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from api_house import BEARER, TOKEN
from services_house import LINE, Household, Service, stranger

from api.app import create_app
from api.limits import Limits
from api.openapi import describe
from api.routes import sign_in
from api.routes.oauth import OPEN
from api.services import SERVED
from edge.consent.consents import Choice

OWNERS = [
    ("GET", "/api/v1/health"),
    ("GET", "/metrics"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/imports"),
    ("POST", "/api/v1/imports"),
    ("DELETE", "/api/v1/imports/1"),
    ("POST", "/api/v1/meters/linky/readings"),
    ("GET", "/api/v1/meters/linky/registers/import_total_wh/slices"),
    ("GET", "/api/v1/meters/linky/registers/import_total_wh/reconciliation"),
    ("GET", "/api/v1/owner/sessions"),
]
"""Of the owner alone."""


@pytest.fixture
def household(tmp_path):
    opened = Household.open(tmp_path)
    yield opened
    opened.consents.close()


@pytest.fixture
async def service(deps, household):
    async with stranger(household.within(deps)) as client:
        yield Service(client)


async def test_a_service_is_told_what_it_holds(deps, household):
    logins = {}
    told = replace(household.within(deps), service_login=logins.get)
    async with stranger(told) as client:
        service = Service(client)
        name = await service.join(household, LINE, {**LINE, "purpose": "comparison"})
        body = (await service.get("/api/v1/grant")).json()
        assert body["service"] == name
        assert body["mqtt"] is None
        one, other = body["consents"]
        assert one == {
            "id": one["id"],
            **LINE,
            "meters": [{"id": "linky", "kind": "linky", "fluid": "electricity"}],
            "given": "2026-10-26T12:00:00+01:00",
            "expires": "2027-10-26T00:00:00+02:00",
        }
        assert other["purpose"] == "comparison"
        logins[name] = {"username": "u"}
        household.consents.withdraw([other["id"]])
        after = (await service.get("/api/v1/grant")).json()
        assert after["version"] > body["version"]
        assert after["consents"] == [one]
        assert after["mqtt"] == {"username": "u"}


async def test_a_service_knows_nothing_of_another(service, household):
    await service.join(household)
    first = await service.get("/api/v1/grant")
    other = Service(service.client)
    await other.join(household, {**LINE, "purpose": "of the other"})
    assert (await service.get("/api/v1/grant")).content == first.content
    assert "of the other" not in first.text


async def test_a_paused_expired_withdrawn_and_unknown_one_get_one_answer(
    service, household
):
    name = await service.join(household)
    household.consents.pause([name])
    paused = await service.get("/api/v1/grant")
    tokens = (await service.refresh(service.tokens["refresh_token"])).json()
    assert tokens["authorization_details"] == []  # refreshed, and told nothing
    service.tokens = tokens
    assert (await service.get("/api/v1/grant")).content == paused.content
    household.consents.resume([name])
    assert (await service.get("/api/v1/grant")).status_code == 200
    household.consents.withdraw(
        [one.id for one in household.consents.standing.of(name)]
    )
    withdrawn = await service.get("/api/v1/grant")
    service.tokens = {"access_token": "A" * 43}
    unknown = await service.get("/api/v1/grant")
    assert paused.status_code == 401
    assert paused.content == withdrawn.content == unknown.content
    assert paused.headers == withdrawn.headers == unknown.headers


async def test_what_time_ended_is_held_no_more(service, household):
    await service.join(household)
    household.clock.passed_s += 366 * 86_400
    household.consents.expire()
    assert (await service.get("/api/v1/grant")).status_code == 401


@pytest.mark.parametrize(("method", "path"), OWNERS)
async def test_what_is_the_owners_answers_a_service_as_what_is_not_there(
    service, household, method, path
):
    await service.join(household)
    for body in (b"", b"x" * 100, b"x" * 100_000):
        answers = []
        for address in (path, path[:-3] + "xyz"):
            answer = await service.client.request(
                method, address, content=body, headers=service.bearer
            )
            answers.append(answer)
        theirs, nothing = answers
        assert theirs.status_code == (413 if body else 404)
        assert theirs.status_code == nothing.status_code
        assert theirs.headers == nothing.headers
        assert theirs.content == nothing.content.replace(
            (path[:-3] + "xyz").encode(), path.encode()
        )
    assert (await service.client.request(method, path, headers=BEARER)).status_code in (
        *(200, 404, 411, 422),
    )


async def test_an_address_is_open_to_services_only_if_it_is_said(deps, household):
    """Every route there is, with any method: said, or as if it weren't there."""
    paths = describe(create_app(household.within(deps)), "1")["paths"]
    tried = 0
    async with stranger(household.within(deps)) as client:
        service = Service(client)
        await service.join(household)
        for template, operations in paths.items():
            path = re.sub(r"\{\w+\}", "linky", template)
            if SERVED.fullmatch(path) or template in OPEN | sign_in.OPEN:
                continue
            for method in operations:
                answer = await client.request(method, path, headers=service.bearer)
                assert answer.status_code == 404, path
                assert answer.json()["type"] == "/docs#not-found"
                tried += 1
    assert tried > 5


async def test_the_owners_token_holds_no_grant_and_a_service_is_no_owner(
    service, household
):
    await service.join(household)
    answer = await service.client.get("/api/v1/grant", headers=BEARER)
    assert answer.status_code == 404
    cookie = {"Cookie": f"releve={service.tokens['access_token']}"}
    assert (
        await service.client.get("/api/v1/grant", headers=cookie)
    ).status_code == 401
    both = [*service.bearer.items(), *BEARER.items()]
    assert (await service.client.get("/api/v1/grant", headers=both)).status_code == 401
    query = await service.client.get(
        f"/api/v1/grant?access_token={service.tokens['access_token']}"
    )
    assert query.status_code == 401
    refresh = {"Authorization": f"Bearer {service.tokens['refresh_token']}"}
    assert (await service.client.get("/api/v1/grant", headers=refresh)).status_code == (
        401
    )
    assert TOKEN not in query.text


async def test_rates_are_a_services_own_from_wherever_it_asks(deps, household):
    slow = replace(household.within(deps), limits=Limits(rate=0.001, burst=10))
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(stranger(slow))
        one, two = Service(first), Service(first)
        await one.join(household)
        await two.join(household)
        said = [(await one.get("/api/v1/grant")).status_code for _ in range(12)]
        assert said == [200] * 10 + [429] * 2
        assert (await two.get("/api/v1/grant")).status_code == 200
        owner = await first.get("/api/v1/health", headers=BEARER)
        assert owner.status_code == 200


async def test_a_paused_service_counts_as_no_stranger(deps, household):
    wary = replace(
        household.within(deps), limits=Limits(failure_rate=0.001, failure_burst=2)
    )
    async with stranger(wary) as client:
        service = Service(client)
        await service.join(household)
        household.consents.pause()
        said = {(await service.get("/api/v1/grant")).status_code for _ in range(6)}
        assert said == {401}
        household.consents.resume()
        assert (await service.get("/api/v1/grant")).status_code == 200


async def test_one_meter_granted_is_the_only_one(service, household):
    codes = (await service.ask()).json()
    seen = household.asking.by_code(codes["user_code"], "owner")
    (terms,) = seen.request.terms
    household.asking.approve(
        seen.id, seen.digest, [Choice(terms, frozenset({"garage"}))], {}
    )
    service.tokens = (await service.poll(codes["device_code"])).json()
    body = (await service.get("/api/v1/grant")).json()
    assert [meter["id"] for meter in body["consents"][0]["meters"]] == ["garage"]


async def test_services_leave_the_owner_a_place(deps, household):
    few = replace(household.within(deps), limits=Limits(queries=4))
    register = "/api/v1/meters/linky/registers/import_total_wh?step=day"
    async with stranger(few) as client:
        service = Service(client)
        await service.join(household)
        queries = client._transport.app.state.home.queries
        with queries.enter("one"), queries.enter("two"):
            assert (await service.get(register)).status_code == 200
            with queries.enter("three"):
                assert (await service.get(register)).status_code == 503
                answer = await client.get(register, headers=BEARER)
                assert answer.status_code == 200
