"""OAuth for devices: asked by code, approved as shown, refreshed once, revoked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from api_house import BEARER, TOKEN
from services_house import COACH, DEVICE, LINE, Household, Service, stranger

from edge.consent.asking import ALL, EACH, INTERVAL_S, LASTS_S
from edge.consent.credentials import ACCESS_MS
from edge.errors import DiskFull

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def household(tmp_path):
    opened = Household.open(tmp_path)
    yield opened
    opened.consents.close()


@pytest.fixture
async def service(deps, household):
    async with stranger(household.within(deps)) as client:
        yield Service(client)


def refused(answer, error: str, status: int = 400) -> dict:
    """Hold an answer against RFC 6749, 5.2."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"error", "error_description"}
    assert body["error"] == error
    assert all(" " <= c <= "~" and c not in '"\\' for c in body["error_description"])
    return body


async def test_a_service_asks_the_household_types_its_code_and_it_has_tokens(
    service, household
):
    answer = await service.ask()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    codes = answer.json()
    assert codes["verification_uri"] == "http://127.0.0.1:8080/consent"
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    refused(await service.poll(codes["device_code"]), "authorization_pending")
    name, _ = household.approve(codes["user_code"])
    household.clock.passed_s += INTERVAL_S
    answer = await service.poll(codes["device_code"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["authorization_details"] == [{**LINE, "meters": ["linky"]}]
    now_ms = household.consents.now_ms()
    assert household.credentials.service_of(tokens["access_token"], now_ms) == name
    household.clock.passed_s += INTERVAL_S
    refused(await service.poll(codes["device_code"]), "invalid_grant")


async def test_the_household_sees_what_was_declared_and_nobody_else_does(
    service, household
):
    codes = (
        await service.ask(
            leaves_home="true",
            recipients="Coach SAS, Lyon",
            retention="P1Y",
            outside_eu="false",
        )
    ).json()
    declared = household.asking.by_code(codes["user_code"], "owner").request.declared
    assert declared.name == "Coach"
    assert declared.leaves_home
    assert not declared.outside_eu
    assert declared.recipients == "Coach SAS, Lyon"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": ""}, "invalid_request"),
        ({"client_id": "x" * 201}, "invalid_request"),
        ({"client_id": "a\nb"}, "invalid_request"),
        ({"client_name": ""}, "invalid_request"),
        ({"client_name": "x" * 61}, "invalid_request"),
        ({"client_name": "a\u202eb"}, "invalid_request"),
        ({"controller": ""}, "invalid_request"),
        ({"leaves_home": "yes"}, "invalid_request"),
        ({"leaves_home": "true"}, "invalid_request"),
        ({"retention": "for ever"}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"authorization_details": ""}, "invalid_request"),
        ({"authorization_details": "{"}, "invalid_authorization_details"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
        ({"authorization_details": "[" * 5000}, "invalid_authorization_details"),
        ({"authorization_details": "null"}, "invalid_authorization_details"),
    ],
)
async def test_a_request_that_can_not_be_agreed_to_is_refused(service, change, error):
    refused(await service.ask(**change), error)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "other"},
        {"type": ["releve"]},
        {"fluid": "steam"},
        {"class": "everything"},
        {"granularity": "1min"},
        {"history": "P4Y"},
        {"history": 1},
        {"channels": []},
        {"channels": ["fax"]},
        {"channels": "rest"},
        {"purpose": ""},
        {"purpose": "x" * 201},
        {"purpose": {"fr": "conseil"}},
        {"duration": "P99Y"},
        {"locations": ["https://other.example"]},
        {"meters": ["linky"]},
        {"class": "event"},
    ],
)
async def test_one_line_that_is_not_understood_refuses_all(service, household, change):
    answer = await service.ask({**LINE, "purpose": "other"}, {**LINE, **change})
    refused(answer, "invalid_authorization_details")
    assert not household.asking._waiting


async def test_a_word_that_is_said_twice_refuses_all(service):
    """Two who read it might believe two things: which one has the household seen?"""
    written = json.dumps([LINE]).replace('"day"', '"day", "granularity": "live"')
    answer = await service.ask(authorization_details=written)
    refused(answer, "invalid_authorization_details")


async def test_lines_are_sixteen_at_most_and_one_a_purpose(service):
    lines = [{**LINE, "purpose": f"purpose {n}"} for n in range(17)]
    refused(await service.ask(*lines), "invalid_authorization_details")
    refused(await service.ask(LINE, LINE), "invalid_authorization_details")
    assert (await service.ask(*lines[:16])).status_code == 200


async def test_the_address_to_type_at_is_the_configured_one_whatever_it_is_called_by(
    deps, household
):
    told = replace(
        household.within(deps),
        url="https://releve.example",
        hosts=("attacker.local", "other.local"),
    )
    async with stranger(told) as client:
        answer = await Service(client).ask(headers={"Host": "attacker.local"})
        assert answer.json()["verification_uri"] == "https://releve.example/consent"
        metadata = await client.get(
            "/.well-known/oauth-authorization-server", headers={"Host": "other.local"}
        )
        assert "local" not in metadata.text
        assert metadata.json()["issuer"] == "https://releve.example"
        addresses = [v for k, v in metadata.json().items() if k.endswith("endpoint")]
        assert len(addresses) == 3
        for one in addresses:
            path = one.removeprefix("https://releve.example")
            assert (await client.post(path)).status_code == 400  # it is there


@pytest.mark.parametrize("path", ["device_authorization", "token", "revoke"])
@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{}", {"Content-Type": "application/json"}, 400),
        (b"a=1", {}, 400),
        (b"a=1", {"Content-Type": "multipart/form-data; boundary=x"}, 400),
        (b"", FORM, 400),
        (b"token=1&token=2&grant_type=x&grant_type=x", FORM, 400),
        (b"a=%ff%fe", FORM, 400),
        (b"token=\xc3\xa9", FORM, 400),
        (b"&".join(b"a%d=1" % n for n in range(40)), FORM, 400),
        (b"a=" + b"x" * 80_000, FORM, 413),
    ],
)
async def test_a_form_that_is_none_is_refused(service, path, content, headers, status):
    answer = await service.client.post(
        f"/oauth/{path}", content=content, headers=headers
    )
    refused(answer, "invalid_request", status)


@pytest.mark.parametrize("kind", ["text/plain", "application/json", None])
async def test_a_good_form_of_another_type_is_none(service, household, kind):
    """Browsers post text/plain across origins without asking."""
    form = {**COACH, "authorization_details": json.dumps([LINE])}
    headers = {} if kind is None else {"Content-Type": kind}
    answer = await service.client.post(
        "/oauth/device_authorization", content=urlencode(form), headers=headers
    )
    refused(answer, "invalid_request")
    assert not household.asking._waiting
    two = [("Content-Type", FORM["Content-Type"]), ("Content-Type", "text/plain")]
    answer = await service.client.post(
        "/oauth/device_authorization", content=urlencode(form), headers=two
    )
    refused(answer, "invalid_request")


async def test_two_origins_or_two_credentials_are_none(service, household):
    await service.join(household)
    waiting = len(household.asking._waiting)
    origins = [("Origin", "http://localhost"), ("Origin", "http://localhost")]
    refused(await service.ask(headers=origins), "invalid_request", 403)
    bearers = [*service.bearer.items(), *service.bearer.items()]
    refused(await service.ask(headers=bearers), "invalid_token", 401)
    assert len(household.asking._waiting) == waiting


@pytest.mark.parametrize("path", ["device_authorization", "token", "revoke"])
async def test_other_methods_and_queries_are_refused_in_oauths_words(service, path):
    for method in ("GET", "PUT", "DELETE"):
        answer = await service.client.request(method, f"/oauth/{path}")
        refused(answer, "invalid_request", 405)
        assert answer.headers["allow"] == "POST"
    query = await service.client.post(f"/oauth/{path}?client_id=coach", data=COACH)
    refused(query, "invalid_request")
    unknown = await service.client.get("/oauth/userinfo")
    assert unknown.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9000"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "ftp://localhost"},
        {"Origin": ""},
    ],
)
async def test_no_page_of_another_origin_asks_polls_or_revokes(
    service, household, headers
):
    for path in ("device_authorization", "token", "revoke"):
        answer = await service.post(path, COACH, headers)
        refused(answer, "invalid_request", 403)
    assert not household.asking._waiting


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://ours.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_our_own_pages_configured_ones_and_programs_may(deps, household, headers):
    told = replace(household.within(deps), cors=("http://ours.example",))
    async with stranger(told) as client:
        assert (await Service(client).ask(headers=headers)).status_code == 200


async def test_the_owners_changes_come_from_no_other_origin_either(deps, household):
    async with stranger(household.within(deps)) as client:
        answer = await client.post(
            "/api/v1/imports",
            content=b"x",
            headers={**BEARER, "Origin": "http://localhost:9000"},
        )
    assert answer.status_code == 403
    assert answer.json()["type"] == "/docs#wrong-origin"


async def test_too_many_requests_answer_alike_whoever_has_them(deps, household):
    told = household.within(deps)
    async with stranger(told) as client, stranger(told, "192.168.1.9") as other:
        service = Service(client)
        for _ in range(EACH):
            codes = (await service.ask()).json()
        own = await service.ask()
        request = household.asking.by_code(codes["user_code"], "owner").request
        for n in range(ALL - EACH):
            household.asking.ask(request, f"peer{n}")
        everyones = await Service(other).ask()
    refused(own, "temporarily_unavailable", 429)
    assert own.content == everyones.content
    assert own.headers == everyones.headers


async def test_unknown_and_anothers_device_codes_are_one(service, household):
    codes = (await service.ask()).json()
    unknown = await service.poll("A" * 43)
    anothers = await service.poll(codes["device_code"], client_id="thief")
    household.approve(codes["user_code"])
    approved = await service.poll(codes["device_code"], client_id="thief")
    refused(unknown, "invalid_grant")
    assert unknown.content == anothers.content == approved.content
    assert unknown.headers == anothers.headers == approved.headers
    assert (await service.poll(codes["device_code"])).status_code == 200


async def test_a_device_code_expires(service, household):
    codes = (await service.ask()).json()
    household.clock.passed_s += LASTS_S
    refused(await service.poll(codes["device_code"]), "expired_token")


async def test_polling_too_fast_is_told_to_slow_down(service):
    codes = (await service.ask()).json()
    refused(await service.poll(codes["device_code"]), "authorization_pending")
    refused(await service.poll(codes["device_code"]), "slow_down")


async def test_a_refusal_is_told_and_holds_unseen(service, household):
    codes = (await service.ask()).json()
    household.refuse(codes["user_code"])
    refused(await service.poll(codes["device_code"]), "access_denied")
    household.clock.passed_s += 3600
    again = await service.ask()
    assert set(again.json()) == set(codes)
    assert household.asking.by_code(again.json()["user_code"], "owner") is None
    refused(await service.poll(again.json()["device_code"]), "authorization_pending")
    household.clock.passed_s += 60
    refused(await service.poll(again.json()["device_code"]), "access_denied")


async def test_what_was_withdrawn_before_it_was_fetched_gives_no_token(
    service, household
):
    codes = (await service.ask()).json()
    _, given = household.approve(codes["user_code"])
    household.consents.withdraw([one.id for one in given])
    refused(await service.poll(codes["device_code"]), "access_denied")


async def test_a_full_disk_gives_no_token_and_loses_no_approval(
    service, household, monkeypatch
):
    codes = (await service.ask()).json()
    household.approve(codes["user_code"])

    def full():
        raise DiskFull("the disk takes nothing more")

    with monkeypatch.context() as patched:
        patched.setattr(household.consents.ledger, "writing", full)
        answer = await service.poll(codes["device_code"])
        refused(answer, "temporarily_unavailable", 503)
    household.clock.passed_s += INTERVAL_S
    assert (await service.poll(codes["device_code"])).status_code == 200


async def test_refreshing_gives_the_next_pair_and_reuse_ends_them_all(
    service, household
):
    await service.join(household)
    first = service.tokens
    second = (await service.refresh(first["refresh_token"])).json()
    assert second["authorization_details"] == first["authorization_details"]
    service.tokens = second
    assert (await service.get("/api/v1/grant")).status_code == 200
    reused = await service.refresh(first["refresh_token"])
    refused(reused, "invalid_grant")
    assert (await service.get("/api/v1/grant")).status_code == 401
    ended = await service.refresh(second["refresh_token"])
    unknown = await service.refresh("A" * 64)
    assert reused.content == ended.content == unknown.content


async def test_of_two_refreshes_at_once_one_wins_at_most_and_the_family_ends(
    service, household
):
    await service.join(household)
    token = service.tokens["refresh_token"]
    answers = await asyncio.gather(*(service.refresh(token) for _ in range(2)))
    won = [one for one in answers if one.status_code == 200]
    assert len(won) <= 1
    for tokens in [service.tokens, *(one.json() for one in won)]:
        service.tokens = tokens
        assert (await service.get("/api/v1/grant")).status_code == 401
        refused(await service.refresh(tokens["refresh_token"]), "invalid_grant")


async def test_an_access_token_lasts_an_hour_and_is_refreshed_after(service, household):
    await service.join(household)
    household.clock.passed_s += ACCESS_MS / 1000 + 1
    assert (await service.get("/api/v1/grant")).status_code == 401
    answer = await service.refresh(service.tokens["refresh_token"])
    service.tokens = answer.json()
    assert (await service.get("/api/v1/grant")).status_code == 200


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_revoking_either_token_ends_both_and_tells_nothing(
    service, household, which
):
    await service.join(household)
    known = await service.post("revoke", {"token": service.tokens[which]})
    unknown = await service.post("revoke", {"token": "x", "token_type_hint": "other"})
    assert known.status_code == unknown.status_code == 200
    assert known.content == unknown.content
    assert (await service.get("/api/v1/grant")).status_code == 401
    refused(await service.refresh(service.tokens["refresh_token"]), "invalid_grant")


async def test_a_service_that_asks_for_more_is_the_same_one(service, household):
    name = await service.join(household)
    more = {**LINE, "class": "max_power", "purpose": "subscribed power"}
    codes = (await service.ask(more, headers=service.bearer)).json()
    again, _ = household.approve(codes["user_code"])
    assert again == name
    tokens = (await service.poll(codes["device_code"])).json()
    classes = {one["class"] for one in tokens["authorization_details"]}
    assert classes == {"energy", "max_power"}


async def test_who_asks_for_more_may_leave_out_what_it_said_and_not_change_it(
    service, household
):
    await service.join(household)
    more = json.dumps([{**LINE, "purpose": "more"}])
    form = {"client_id": "coach", "authorization_details": more}
    answer = await service.post("device_authorization", form, service.bearer)
    assert answer.status_code == 200
    seen = household.asking.by_code(answer.json()["user_code"], "owner")
    assert seen.request.declared.name == "Coach"
    answer = await service.ask(headers=service.bearer, controller="Other SAS")
    refused(answer, "invalid_request")


@pytest.mark.parametrize("bearer", [TOKEN, "A" * 43, "", "é"])
async def test_a_wrong_token_along_with_a_request_is_no_request_without_one(
    service, household, bearer
):
    headers = {"Authorization": f"Bearer {bearer}".encode()}
    refused(await service.ask(headers=headers), "invalid_token", 401)
    assert not household.asking._waiting


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": DEVICE, "client_id": "coach"}, "invalid_request"),
        ({"grant_type": DEVICE, "device_code": "A" * 43}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": TOKEN}, "invalid_grant"),
    ],
)
async def test_what_gives_no_token_says_why(service, form, error):
    refused(await service.post("token", form), error)


async def test_no_token_or_code_is_in_a_log(service, household, caplog):
    caplog.set_level("DEBUG")
    await service.join(household)
    await service.refresh(service.tokens["refresh_token"])
    await service.refresh(service.tokens["refresh_token"])
    for secret in (service.tokens["access_token"], service.tokens["refresh_token"]):
        assert secret not in caplog.text


async def test_where_no_services_are_let_in_there_is_nothing_to_ask(deps):
    async with stranger(deps) as client:
        answer = await Service(client).ask()
        assert answer.status_code == 404
        metadata = await client.get("/.well-known/oauth-authorization-server")
        assert metadata.status_code == 404
