"""How a browser becomes the owner's, and how nobody else does."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from api_house import NOW_MS, TOKEN, caller
from starlette.datastructures import Headers

from api.passwords import LEAST, Passwords, usable
from api.session import IDLE_MS, MOST, WHOLE_MS, Sessions
from api.sign_in import SignIn, check_origin
from edge.consent.pairing import Pairing

HERE = {"Origin": "http://localhost"}
PASSWORD = "a meter in the cupboard"  # noqa: S105 - invented
SIGN_IN, SET = "/api/v1/owner/sign-in", "/api/v1/owner/password"
DOOR = "/api/v1/owner/sessions"


@pytest.fixture
def door(tmp_path) -> SignIn:
    return SignIn.open(tmp_path, Pairing())


@pytest.fixture
async def browser(deps, door) -> AsyncIterator[httpx.AsyncClient]:
    async with caller(replace(deps, sign_in=door), headers=HERE) as called:
        yield called


async def paired(browser, door, password=PASSWORD, **more) -> dict[str, str]:
    """Pair; give the header that the page sends from then on."""
    told = {"code": door.pairing.make(), "password": password, **more}
    answer = await browser.post(SET, json=told)
    assert answer.status_code == 200, answer.text
    return {"Releve-Page": answer.json()["page"]}


async def test_a_code_sets_the_password_and_signs_in(browser, door):
    page = await paired(browser, door)
    answer = await browser.get("/api/v1/meters", headers=page)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


async def test_then_the_password_signs_in(browser, door):
    await paired(browser, door)
    browser.cookies.clear()
    answer = await browser.post(SIGN_IN, json={"password": PASSWORD})
    page = {"Releve-Page": answer.json()["page"]}
    assert (await browser.get("/api/v1/meters", headers=page)).status_code == 200


async def test_the_cookie_alone_or_the_pages_secret_alone_opens_nothing(browser, door):
    page = await paired(browser, door)
    assert (await browser.get("/api/v1/meters")).status_code == 401
    cookie = browser.cookies["releve"]
    browser.cookies.clear()
    assert (await browser.get("/api/v1/meters", headers=page)).status_code == 401
    other = {"Releve-Page": cookie, "Cookie": f"releve={page['Releve-Page']}"}
    assert (await browser.get("/api/v1/meters", headers=other)).status_code == 401


async def test_two_pages_secrets_open_nothing(browser, door):
    page = await paired(browser, door)
    twice = [*page.items(), *page.items()]
    assert (await browser.get("/api/v1/meters", headers=twice)).status_code == 401


async def test_cookie_and_bearer_are_never_interchangeable(browser, door):
    page = await paired(browser, door)
    cookie = browser.cookies["releve"]
    for bearer in (cookie, page["Releve-Page"]):
        answer = await browser.get(
            "/api/v1/meters", headers={"Authorization": f"Bearer {bearer}", **page}
        )
        assert answer.status_code == 401
    browser.cookies.clear()
    for name in ("releve", "__Host-releve"):
        answer = await browser.get(
            "/api/v1/meters",
            headers={"Cookie": f"{name}={TOKEN}", "Releve-Page": TOKEN},
        )
        assert answer.status_code == 401


async def test_a_cookie_that_a_neighbour_port_adds_locks_nobody_out(browser, door):
    page = await paired(browser, door)
    cookie = browser.cookies["releve"]
    browser.cookies.clear()
    both = {"Cookie": f"releve=evil; other=1; releve={cookie}", **page}
    assert (await browser.get("/api/v1/meters", headers=both)).status_code == 200


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser, door):
    told = {"code": door.pairing.make(), "password": PASSWORD}
    kept = (await browser.post(SET, json=told)).headers["Set-Cookie"]
    assert kept.startswith("releve=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(kept.split("; "))
    assert "Max-Age" not in kept
    assert "Secure" not in kept
    told = {"password": PASSWORD, "stay": True}
    answer = await browser.post(
        SIGN_IN, json=told, headers={"Origin": "https://localhost"}
    )
    kept = answer.headers["Set-Cookie"]
    assert kept.startswith("__Host-releve=")
    assert f"Max-Age={WHOLE_MS // 1000}" in kept
    assert kept.endswith("Secure")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8123"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://user@localhost"},
        {"Origin": "ftp://localhost"},
        {"Origin": "http://[", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "none"},
    ],
)
async def test_no_other_origin_changes_anything(browser, door, headers):
    page = await paired(browser, door)
    ended = await browser.delete(f"{DOOR}/mine", headers={**page, **headers})
    assert ended.status_code == 403
    assert ended.json()["type"] == "/docs#wrong-origin"
    told = {"password": PASSWORD}
    assert (await browser.post(SIGN_IN, json=told, headers=headers)).status_code == 403


async def test_a_change_that_says_no_origin_is_refused(browser, door):
    page = await paired(browser, door)
    del browser.headers["Origin"]
    assert (await browser.delete(f"{DOOR}/mine", headers=page)).status_code == 403
    assert (await browser.get(DOOR, headers=page)).status_code == 200


async def test_a_read_that_another_site_makes_is_refused(browser, door):
    page = await paired(browser, door)
    there = {**page, "Sec-Fetch-Site": "cross-site"}
    assert (await browser.get("/api/v1/meters", headers=there)).status_code == 403


async def test_whatever_is_wrong_the_answer_is_the_same(browser, door):
    before = await browser.post(SIGN_IN, json={"password": PASSWORD})  # none is set
    code = await browser.post(SET, json={"code": "1", "password": PASSWORD})
    await paired(browser, door)
    after = await browser.post(SIGN_IN, json={"password": "another one"})
    used = await browser.post(SET, json={"code": "1", "password": PASSWORD})
    bodies = {
        (one.status_code, one.text.replace(SET, SIGN_IN))
        for one in (before, code, after, used)
    }
    assert len(bodies) == 1
    assert before.status_code == 403


async def test_guesses_are_counted_per_peer_and_in_all(browser, door):
    answers = [
        await browser.post(SIGN_IN, json={"password": f"wrong guess {n}"})
        for n in range(6)
    ]
    assert [one.status_code for one in answers] == [403] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) <= 30
    while not door.everyone.take(""):
        pass
    door.peers = type(door.peers)(1 / 30, 100)
    last = await browser.post(SIGN_IN, json={"password": "from another address"})
    assert last.status_code == 429
    assert last.headers == answers[-1].headers  # whoever's guesses it were
    assert last.content == answers[-1].content


async def test_who_knows_the_password_signs_in_as_often_as_they_like(browser, door):
    await paired(browser, door)
    for _ in range(8):
        answer = await browser.post(SIGN_IN, json={"password": PASSWORD})
        assert answer.status_code == 200


async def test_a_password_that_is_too_short_costs_no_try_of_the_code(browser, door):
    code = door.pairing.make()
    answer = await browser.post(SET, json={"code": code, "password": "short"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/docs#password-refused"
    assert door.pairing.take(code)


async def test_pairing_again_ends_every_session_and_the_password_before(browser, door):
    page = await paired(browser, door)
    cookies = dict(browser.cookies)
    browser.cookies.clear()
    await paired(browser, door, "another password")
    browser.cookies.clear()
    browser.cookies.update(cookies)
    assert (await browser.get("/api/v1/meters", headers=page)).status_code == 401
    assert not await door.passwords.right(PASSWORD)
    assert await door.passwords.right("another password")


async def test_sessions_are_listed_without_their_secrets_and_ended(browser, door):
    page = await paired(browser, door)
    answer = await browser.get(DOOR, headers=page)
    (one,) = answer.json()["sessions"]
    assert one["mine"]
    assert set(one) == {"id", "begun", "used", "agent", "mine"}
    assert browser.cookies["releve"] not in answer.text
    nobody = await browser.delete(f"{DOOR}/0123", headers=page)
    assert nobody.status_code == 404
    assert (await browser.delete(f"{DOOR}/mine", headers=page)).status_code == 200
    assert (await browser.get(DOOR, headers=page)).status_code == 401


async def test_the_owners_token_lists_and_ends_sessions_too(browser, door):
    await paired(browser, door)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    (one,) = (await browser.get(DOOR, headers=bearer)).json()["sessions"]
    ended = await browser.delete(f"{DOOR}/{one['id']}", headers=bearer)
    assert ended.status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"nonsense", b'{"password": 1}', b'{"password": "x", "y": 1}'],
)
async def test_what_is_no_sign_in_is_said(browser, body):
    answer = await browser.post(SIGN_IN, content=body)
    assert answer.status_code in (403, 422)
    if body:
        assert answer.json()["type"] == "/docs#body-unclear"


async def test_a_home_without_sign_in_has_none(client):
    told = {"password": PASSWORD}
    answer = await client.post(SIGN_IN, json=told, headers=HERE)
    assert answer.status_code == 404
    assert (await client.get(DOOR)).status_code == 404


async def test_another_method_is_told_which_there_is(browser):
    answer = await browser.get(SIGN_IN)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


def test_a_session_ends_when_unused_for_30_days_and_after_a_year(tmp_path):
    sessions = Sessions(tmp_path / "sessions")
    begun = sessions.begin("", NOW_MS)
    both = ([begun.cookie], begun.page)
    assert sessions.find(*both, NOW_MS + IDLE_MS) is None
    now_ms = NOW_MS
    while now_ms + IDLE_MS < NOW_MS + WHOLE_MS:
        now_ms += IDLE_MS - 1
        assert sessions.find(*both, now_ms) is not None
    assert sessions.find(*both, NOW_MS + WHOLE_MS) is None
    assert sessions.listed(NOW_MS + WHOLE_MS) == []


def test_sessions_outlive_a_restart_and_their_secrets_are_not_on_the_disk(tmp_path):
    path = tmp_path / "sessions"
    begun = Sessions(path).begin("Firefox\n", NOW_MS)
    again = Sessions(path)
    found = again.find([begun.cookie], begun.page, NOW_MS)
    assert found is not None
    assert found.agent == "Firefox"
    text = path.read_text()
    assert begun.cookie not in text
    assert begun.page not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again.end(found.id, NOW_MS)
    assert Sessions(path).listed(NOW_MS) == []


def test_the_use_of_a_session_is_written_once_an_hour(tmp_path):
    path = tmp_path / "sessions"
    sessions = Sessions(path)
    begun = sessions.begin("", NOW_MS)
    for later_ms, written_ms in ((60_000, 0), (3_600_000, 3_600_000)):
        sessions.find([begun.cookie], begun.page, NOW_MS + later_ms)
        sessions.note(NOW_MS + later_ms)
        (kept,) = json.loads(path.read_text())
        assert kept["used_ms"] == NOW_MS + written_ms


def test_the_longest_unused_session_makes_place(tmp_path):
    sessions = Sessions(tmp_path / "sessions")
    first = sessions.begin("", NOW_MS)
    for n in range(MOST):
        sessions.begin("", NOW_MS + 1 + n)
    assert len(sessions.listed(NOW_MS)) == MOST
    assert sessions.find([first.cookie], first.page, NOW_MS) is None


@pytest.mark.parametrize("content", ["", "{", "[1]", '[{"id": "a"}]', "{}x"])
def test_sessions_that_can_not_be_read_are_none(tmp_path, caplog, content):
    path = tmp_path / "sessions"
    path.write_text(content)
    assert Sessions(path).listed(NOW_MS) == []
    assert "sign in again" in caplog.text


async def test_a_password_is_kept_as_argon2id_of_19_mib_in_a_private_file(tmp_path):
    passwords = Passwords(tmp_path / "password")
    await passwords.set(PASSWORD)
    text = passwords.path.read_text()
    assert text.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in text
    assert stat.S_IMODE(passwords.path.stat().st_mode) == 0o600
    assert await passwords.right(PASSWORD)
    assert not await passwords.right(PASSWORD + " ")


async def test_a_damaged_password_opens_nothing(tmp_path):
    passwords = Passwords(tmp_path / "password")
    for content in (b"", b"\xff", b"$argon2id$v=19$m=19456,t=2,p=1$", b"plain"):
        passwords.path.write_bytes(content)
        assert not await passwords.right("plain")


async def test_a_letter_composed_of_two_is_the_same_letter(tmp_path):
    passwords = Passwords(tmp_path / "password")
    await passwords.set("élu par cette cité")
    assert await passwords.right("e\u0301lu par cette cite\u0301")


def test_a_password_has_ten_characters_at_least():
    assert usable("x" * LEAST)
    for wrong in ("x" * (LEAST - 1), "x" * 100_000, ""):
        with pytest.raises(Exception, match="10 to 200"):
            usable(wrong)


async def test_no_secret_is_in_the_log(browser, door, caplog):
    caplog.set_level(logging.DEBUG)
    page = await paired(browser, door)
    code = door.pairing.make()
    await browser.post(SET, json={"code": "wrong-code", "password": PASSWORD})
    for secret in (PASSWORD, page["Releve-Page"], code, "wrong-code"):
        assert secret not in caplog.text


async def test_an_address_writes_no_line_of_its_own_in_the_log(browser, door, caplog):
    page = await paired(browser, door)
    door.sessions.path /= "nowhere"  # so that what follows fails, and is logged
    answer = await browser.delete(f"{DOOR}/x%0AERROR%20api:%20forged", headers=page)
    assert answer.status_code == 500
    (record,) = [one for one in caplog.records if one.name == "api.guard"]
    assert record.getMessage().isprintable()


def test_a_proxy_that_speaks_tls_before_us_is_the_same_origin():
    check_origin(
        "POST", Headers({"host": "releve.home", "origin": "https://releve.home"})
    )
