"""Every route, and every bad way to ask it: a problem detail that says what to do."""

from __future__ import annotations

import csv
import io
import logging
from dataclasses import replace

import pytest
from api_house import BEARER, TOKEN, caller

from api.problems import KINDS
from edge.errors import StoreError
from edge.event import Event, EventKind
from edge.sample import Sample

METERS = "/api/v1/meters"
LATEST = "/api/v1/meters/linky/latest"
REGISTER = "/api/v1/meters/linky/registers/import_total_wh"
TEXTS = "/api/v1/meters/linky/registers/tariff_period"
DATA = [
    METERS,
    LATEST,
    REGISTER,
    "/api/v1/live",
    "/api/v1/health",
    "/metrics",
    "/api/v1/openapi.json",
]
PAGES = ["/", "/docs", "/static/docs.js", "/static/style.css", "/favicon.ico"]


def problem(answer, kind: str, parameter: str | None = None) -> dict:
    """Hold an answer against RFC 9457 and our table."""
    status, title = KINDS[kind]
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"/docs#{kind}"
    assert body["title"] == title
    assert body["status"] == status
    assert len(body["detail"]) > 15
    assert body["instance"] == answer.request.url.path
    assert body.get("parameter") == parameter
    assert TOKEN not in answer.text
    return body


async def test_meters_say_their_registers_in_both_languages(client):
    body = (await client.get(METERS)).json()
    linky, garage = body["meters"]
    assert body["zone"] == "Europe/Paris"
    assert (linky["id"], linky["kind"], linky["fluid"]) == (
        *("linky", "linky"),
        "electricity",
    )
    assert linky["last_seen"] == "2026-10-25T00:00:00+02:00"
    names = [register["name"] for register in linky["registers"]]
    # What the last sample shows, and what was ever heard of and is known here.
    assert names == [
        *("import_total_wh", "current_l1_a", "voltage_l1_v", "tariff_period")
    ]
    assert linky["registers"][0] == {
        "name": "import_total_wh",
        "kind": "index",
        "unit": "Wh",
        "title": {"en": "Drawn energy", "fr": "Énergie soutirée"},
        "steps": ["raw", "1min", "30min", "hour", "day", "month", "year"],
    }
    assert linky["registers"][3]["steps"] == ["raw"]
    assert garage["last_seen"] is None
    assert garage["registers"] == []


async def test_latest_is_live_when_the_meter_speaks_else_committed(client, deps):
    committed = (await client.get(LATEST)).json()
    assert committed["at"] == "2026-10-25T00:00:00+02:00"
    assert committed["values"] == {
        "import_total_wh": 5,
        "tariff_period": "HP..",
        "voltage_l1_v": None,
    }
    assert committed["units"]["import_total_wh"] == "Wh"
    deps.bus.publish(Sample("linky", 1_792_891_801_000, {"import_total_wh": 9}))
    live = (await client.get(LATEST)).json()
    assert live["values"] == {"import_total_wh": 9}


async def test_a_meter_that_said_nothing_yet_is_told_apart_from_one_unknown(client):
    silent = await client.get("/api/v1/meters/garage/latest")
    assert "releve doctor" in problem(silent, "not-found")["detail"]
    unknown = await client.get("/api/v1/meters/linkie/latest")
    assert "did you mean 'linky'?" in problem(unknown, "unknown-meter")["detail"]


async def test_rows_of_a_text_are_raw_and_nothing_else(client):
    query = {"from": "2026-10-25", "to": "2026-10-26"}
    answer = await client.get(TEXTS, params=query)
    assert answer.json()["step"] == "raw"
    assert answer.json()["rows"][1] == {
        "at": "2026-10-25T00:00:01.234+02:00",
        "value": '=cmd("x"),\r\n',
        "unit": None,
        "quality": "raw",
    }
    wrong = await client.get(TEXTS, params=query | {"step": "day"})
    assert "step=raw" in problem(wrong, "wrong-parameter", "step")["detail"]


async def test_csv_by_accept_cannot_run_in_a_spreadsheet(client):
    answer = await client.get(
        TEXTS,
        params={"from": "2026-10-25", "to": "2026-10-26"},
        headers={"Accept": "text/csv"},
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows[0] == ["at", "value", "unit", "quality"]
    assert rows[2] == ["2026-10-25T00:00:01.234+02:00", '\'=cmd("x"),\r\n', "", "raw"]
    assert rows[3][1] == ""


async def test_one_answer_holds_60000_rows_at_most(client):
    assert (await client.get(REGISTER, params={"limit": 60_000})).status_code == 200
    over = await client.get(REGISTER, params={"limit": 60_001})
    assert "60000" in problem(over, "wrong-parameter", "limit")["detail"]


@pytest.mark.parametrize(
    ("query", "kind", "parameter", "advice"),
    [
        ("limit=0", "wrong-parameter", "limit", "1"),
        ("limit=-1", "wrong-parameter", "limit", "1"),
        ("limit=many", "wrong-parameter", "limit", "integer"),
        ("limit=", "wrong-parameter", "limit", "integer"),
        ("limit=1e3", "wrong-parameter", "limit", "integer"),
        ("limit=99999999999999999999", "wrong-parameter", "limit", "60000"),
        ("step=15min", "wrong-parameter", "step", "30min"),
        ("step=", "wrong-parameter", "step", "30min"),
        ("step=RAW", "wrong-parameter", "step", "raw"),
        ("from=2026-10-25T02:30", "instant-unclear", "from", "+01:00"),
        ("to=2026-03-29T02:30", "instant-unclear", "to", "skipped"),
        ("to=", "instant-unclear", "to", "write it as"),
        ("from=2026-10-25&to=2026-10-25", "wrong-parameter", "from", "not before"),
        ("from=2026-10-26&to=2026-10-25", "wrong-parameter", "from", "not before"),
        ("cursor=", "wrong-cursor", "cursor", "without cursor"),
        ("cursor=AAAA", "wrong-cursor", "cursor", "without cursor"),
        ("cursor=%00%ff", "wrong-cursor", "cursor", "without cursor"),
        ("form=2026-10-25", "unknown-parameter", "form", "'from'"),
        ("Limit=5", "unknown-parameter", "Limit", "'limit'"),
        ("zzz=5", "unknown-parameter", "zzz", "from, to, step, limit, purpose, cursor"),
        ("token=abc", "unknown-parameter", "token", "this address takes"),
        ("limit=1&limit=2", "repeated-parameter", "limit", "once"),
        ("%ff=1", "unknown-parameter", "\N{REPLACEMENT CHARACTER}", "takes"),
    ],
)
async def test_a_bad_question_is_answered_with_the_way_out(
    client, query, kind, parameter, advice
):
    answer = await client.get(f"{REGISTER}?{query}")
    assert advice in problem(answer, kind, parameter)["detail"]


@pytest.mark.parametrize("path", [METERS, LATEST, "/api/v1/health", "/metrics"])
async def test_a_parameter_that_no_route_takes_is_refused_by_name(client, path):
    answer = await client.get(f"{path}?verbose=1")
    found = problem(answer, "unknown-parameter", "verbose")
    assert "takes none" in found["detail"]


@pytest.mark.parametrize(
    "register",
    ["import_total", "IMPORT_TOTAL_WH", "%00", "a" * 1500, "..%2f..%2fetc%2fpasswd"],
)
async def test_an_unknown_register_is_said(client, register):
    answer = await client.get(f"/api/v1/meters/linky/registers/{register}")
    kind = "not-found" if "%2f" in register else "unknown-register"
    assert len(problem(answer, kind)["detail"]) < 300


async def test_a_register_unknown_by_little_is_suggested(client):
    answer = await client.get("/api/v1/meters/linky/registers/import_totl_wh")
    assert "'import_total_wh'" in answer.json()["detail"]


@pytest.mark.parametrize("path", DATA)
async def test_nothing_is_served_without_the_credential(deps, path):
    for headers in (
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": b"Bearer \xff\xfe\x00"},
        {"Cookie": f"token={TOKEN}"},
        {"X-Api-Key": TOKEN},
    ):
        async with caller(deps, headers=headers) as stranger:
            answer = await stranger.get(path)
            found = problem(answer, "credential-needed")
            assert "releve owner-token" in found["detail"]
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_in_the_address_opens_nothing(deps):
    async with caller(deps, headers={}) as stranger:
        answer = await stranger.get(f"/api/v1/health?access_token={TOKEN}")
    problem(answer, "credential-needed")


async def test_two_credentials_at_once_open_nothing(deps):
    twice = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer x")]
    async with caller(deps, headers=twice) as stranger:
        problem(await stranger.get(METERS), "credential-needed")


@pytest.mark.parametrize("path", PAGES)
async def test_the_pages_need_no_credential_and_show_nothing_of_the_home(deps, path):
    async with caller(deps, headers={}) as stranger:
        answer = await stranger.get(path)
    assert answer.status_code == 200
    assert "garage" not in answer.text
    assert TOKEN not in answer.text
    problem(await stranger_get(deps, f"{path}?x=1"), "unknown-parameter", "x")


async def stranger_get(deps, path):
    async with caller(deps, headers={}) as stranger:
        return await stranger.get(path)


@pytest.mark.parametrize("path", [*DATA, *PAGES])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "TRACE"])
async def test_no_other_method_is_served(client, path, method):
    answer = await client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    if method != "HEAD":
        problem(answer, "method-not-allowed")


@pytest.mark.parametrize(
    "path",
    [
        *("/nope", "/api", "/api/v2/meters", "/api/v1/meters/", "/static/"),
        *("/static/../app.py", "/static/..%2fapp.py", "/openapi.json", "/redoc"),
        "/api/v1/meters/linky/registers/",
    ],
)
async def test_nothing_else_is_served_to_anyone(client, deps, path):
    problem(await client.get(path), "not-found")
    problem(await stranger_get(deps, path), "credential-needed")


@pytest.mark.parametrize("path", [*DATA, *PAGES])
async def test_no_route_takes_a_body(client, path):
    answer = await client.request("GET", path, content=b"x")
    problem(answer, "body-refused")
    assert answer.headers["connection"] == "close"


async def test_a_query_has_a_longest_length(client):
    answer = await client.get(f"{REGISTER}?from={'2' * 3000}")
    problem(answer, "query-too-long")


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "application/xml"])
async def test_a_form_that_is_not_offered_is_said(client, accept):
    answer = await client.get(REGISTER, headers={"Accept": accept})
    assert "text/csv" in problem(answer, "not-acceptable")["detail"]


async def test_a_store_that_fails_is_said_without_its_secrets(client, reads, caplog):
    reads.failure = StoreError("/var/lib/releve/store.sqlite is damaged")
    for path in (METERS, LATEST, REGISTER):
        answer = await client.get(path)
        problem(answer, "store-unavailable")
        assert "sqlite" not in answer.text
        assert answer.headers["retry-after"]
    assert "store.sqlite is damaged" in caplog.text


async def test_a_failure_of_ours_tells_nothing_of_the_host(client, reads, caplog):
    reads.failure = RuntimeError("/home/pi/secret.py line 12")
    answer = await client.get(REGISTER)
    problem(answer, "failure")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "secret.py" in caplog.text


async def test_the_token_is_in_no_log(deps, caplog):
    caplog.set_level(logging.DEBUG)
    async with caller(deps) as client:
        await client.get(METERS)
        await client.get(f"/api/v1/health?token={TOKEN}")
        await client.get("/api/v1/health", headers={"Authorization": f"x {TOKEN}"})
    ours = [r for r in caplog.records if r.name.startswith(("api", "uvicorn"))]
    assert not [record for record in ours if TOKEN in record.getMessage()]


async def test_health_and_metrics_show_the_same_numbers(client):
    health = (await client.get("/api/v1/health")).json()
    metrics = (await client.get("/metrics")).text
    gate = health["parts"][0]
    assert gate["counters"] == {"accepted": 12, "gaps": 1}
    assert gate["refused"] == {"checksum": 3}
    assert 'releve_part_total{part="gate",what="accepted"} 12' in metrics
    assert 'releve_refused_total{part="gate",reason="checksum"} 3' in metrics
    assert 'releve_part{part="gate",what="pending"} 4' in metrics
    assert 'releve_oldest_age_seconds{part="gate"} 1.500' in metrics
    assert health["parts"][-1]["name"] == "api"


async def test_what_the_api_refused_is_counted_by_reason(client):
    await client.get("/nope")
    await client.get(f"{REGISTER}?x=1")
    ours = (await client.get("/api/v1/health")).json()["parts"][-1]
    assert ours["refused"] == {"not_found": 1, "unknown_parameter": 1}


@pytest.mark.parametrize("path", [METERS, "/", "/nope", f"{REGISTER}?x=1"])
async def test_every_answer_wears_the_same_face(client, path):
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers
    assert headers["cache-control"] == ("no-cache" if path == "/" else "no-store")


async def test_an_event_of_a_meter_is_not_its_latest_sample(client, deps):
    deps.bus.publish(Event("garage", 5, EventKind.TARIFF))
    answer = await client.get("/api/v1/meters/garage/latest")
    problem(answer, "not-found")


async def test_only_the_configured_origins_may_read_across(deps):
    origin = "https://panel.example"
    async with caller(replace(deps, cors=(origin,))) as client:
        mine = await client.get(METERS, headers={"Origin": origin})
        other = await client.get(METERS, headers={"Origin": "https://evil.example"})
        asked = await client.options(METERS, headers={"Origin": origin})
        not_asked = await client.options(METERS, headers={"Origin": "null"})
    assert mine.headers["access-control-allow-origin"] == origin
    assert mine.headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in other.headers
    assert asked.status_code == 204
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert not_asked.status_code == 405
    assert "access-control-allow-credentials" not in mine.headers


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "localhost:8080", "127.0.0.1:8080", "192.168.1.20", "[::1]:80"),
        *("releve.local", "RELEVE.local:8080", "[fe80::1]", "my.home.example"),
        "localhost.",
    ],
)
async def test_the_names_of_the_house_are_answered(deps, host):
    named = replace(deps, hosts=("releve.local", "my.home.example"))
    async with caller(named) as client:
        assert (await client.get(METERS, headers={"Host": host})).status_code == 200


async def test_so_is_the_name_that_services_are_told(deps):
    async with caller(replace(deps, url="https://releve.home:8443")) as client:
        there = {"Host": "releve.home:8443"}
        assert (await client.get(METERS, headers=there)).status_code == 200
        problem(await client.get(METERS, headers={"Host": "home"}), "wrong-host")


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8080", "localhost.evil.example", ".local"),
        *("127.0.0.1.evil.example", "evil.local.example", "", "[evil]", "localhost:x"),
        *("localhost:80:80", "[::1", "user@localhost"),
        # anybody on the network may call themselves so, and be this machine next
        *("evil.local", "evil.local:8080", "x.releve.local"),
        *("127.0.0.1%evil.example", "[::1%eth0]", "evil.example#.local"),
    ],
)
async def test_a_rebound_name_is_not(deps, host):
    async with caller(deps) as client:
        for path in (METERS, "/"):
            answer = await client.get(path, headers={"Host": host})
            problem(answer, "wrong-host")


async def test_two_host_headers_are_refused(deps):
    twice = [("Host", "localhost"), ("Host", "evil.example")]
    async with caller(deps, headers=[*BEARER.items(), *twice]) as client:
        problem(await client.get(METERS), "malformed-request")
