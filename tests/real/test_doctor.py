"""The doctor before a real broker and a real InfluxDB, well and ill."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cli.checkup import Level
from cli.checkup_broker import broker
from cli.checkup_influx import influxdb
from cli.language import Language
from edge.broker.accounts import CONTROL
from edge.config import Config
from edge.stores.influx.names import Databases
from edge.stores.influx.parked import FILE, Parking
from edge.stores.influx.setup import Setup, buckets
from edge.stores.influx.token import TOKEN, keep_secret
from tests.real.brokers import Managed, kept_up, running
from tests.real.influxd import Influxd, need

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]

METERS = [{"id": "linky", "port": "/dev/null"}]


async def of_broker(config):
    """Give what the doctor says of the broker, as a process of its own would."""
    return await asyncio.to_thread(broker, config)


def said(findings, level, language=Language.EN):
    return [one.words.said(language) for one in findings if one.level is level]


def in_both(findings):
    """Hold each finding to two languages, and give all the English."""
    for one in findings:
        assert one.words.fr != one.words.en
    return "\n".join(one.words.en for one in findings)


async def test_a_broker_of_ours_is_well(tmp_path):
    managed = Managed(tmp_path)
    async with kept_up(managed):
        await managed.up()
        findings = await of_broker(managed.config)
        assert managed.session.ok, "the service's own session goes on"
        assert managed.broker.counters["starts"] == 1
    assert {one.level for one in findings} == {Level.GOOD}
    text = in_both(findings)
    assert "refuses strangers" in text
    assert "everything is denied by default" in text
    assert managed.login("releve-admin").password not in text


async def change(managed, *commands):
    async with managed.connected("releve-admin") as admin:
        asked = json.dumps({"commands": list(commands)}).encode()
        answers = admin.messages()
        await admin.subscribe(f"{CONTROL}/response")
        await admin.publish(CONTROL, asked, qos=1)
        await anext(answers)


async def test_rights_and_accounts_that_somebody_changed_are_told(tmp_path):
    managed = Managed(tmp_path)
    async with kept_up(managed):
        await managed.up()
        lax = {"acltype": "publishClientReceive", "allow": True}
        await change(
            managed,
            {"command": "setDefaultACLAccess", "acls": [lax]},
            {"command": "createClient", "username": "friend", "password": "x"},
        )
        findings = await of_broker(managed.config)
    (bad,) = said(findings, Level.BAD)
    assert "default rights were changed (publishClientReceive)" in bad
    (odd,) = said(findings, Level.WARN)
    assert "(friend)" in odd


async def test_a_broker_that_is_not_there_is_told(tmp_path):
    managed = Managed(tmp_path)
    findings = await of_broker(managed.config)
    (bad,) = said(findings, Level.BAD)
    assert "no broker answers at mqtt://127.0.0.1" in bad
    assert not managed.directory.exists(), "looking makes nothing"


async def test_another_broker_on_our_port_is_told_and_how_to_have_it_go(tmp_path):
    managed = Managed(tmp_path)
    async with running(tmp_path, anonymous=True, port=managed.port):
        findings = await of_broker(managed.config)
    strangers, ours = said(findings, Level.BAD)
    assert "lets anyone in without a password" in strangers
    assert "systemctl disable --now mosquitto" in ours


async def test_one_with_other_accounts_on_our_port_is_told(tmp_path):
    managed = Managed(tmp_path)
    async with kept_up(managed):
        await managed.up()
    async with running(tmp_path, anonymous=False, port=managed.port):
        findings = await of_broker(managed.config)
    (bad,) = said(findings, Level.BAD)
    assert "does not know our administrator" in bad


async def test_a_broker_that_the_network_hears_is_told(tmp_path):
    managed = Managed(tmp_path)
    async with kept_up(managed):
        await managed.up()
        lan = {"open": True, "mqtt": "127.0.0.1:8883"}
        wide = Config(**{**managed.config.model_dump(), "lan": lan})
        findings = await of_broker(wide)
    assert "heard by TLS alone (127.0.0.1:8883)" in in_both(findings)


async def test_of_a_broker_of_others_it_says_who_can_read(tmp_path):
    async with running(tmp_path) as other:
        url = f"mqtt://me:a-word@127.0.0.1:{other.port}"
        config = Config(data_dir=tmp_path, mqtt={"url": url}, meters=METERS)
        findings = await of_broker(config)
    assert said(findings, Level.BAD) == []
    assert "all its clients can read" in in_both(findings)
    gone = await of_broker(config)
    assert "no broker answers" in said(gone, Level.BAD)[0]
    assert "a-word" not in in_both([*findings, *gone])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Give one InfluxDB that is set up, for all these tests."""
    made = Influxd(need(), tmp_path_factory.mktemp("influxdb"))
    made.start()
    made.set_up()
    yield made
    made.end()


@pytest.fixture
def home(tmp_path, server, request):
    """Give a home whose buckets are ready, under a name of this test's own."""
    name = f"home{abs(hash(request.node.name)) % 10**8}"
    config = Config(
        data_dir=tmp_path, influxdb={"url": server.url, "bucket": name}, meters=METERS
    )
    setup = Setup(server.url, "releve", token=server.token)
    wanted = buckets(Databases(name), config.store.raw_days, config.store.minute_days)
    setup.prepare(wanted, tmp_path / TOKEN)
    setup.close()
    return config


def look(config):
    return [*influxdb(config, config.influxdb)]


def test_an_influxdb_of_ours_is_well(home):
    findings = look(home)
    assert {one.level for one in findings} == {Level.GOOD}
    text = in_both(findings)
    assert "InfluxDB 2" in text
    for name in Databases(home.influxdb.bucket).all:
        assert f"the token may write to {name}" in text
    assert "InfluxDB refused nothing" in text
    assert (home.data_dir / TOKEN).read_text().strip() not in text
    assert not (home.data_dir / FILE).exists(), "looking makes nothing"


def test_points_that_it_refused_are_counted(home):
    parking = Parking(home.data_dir / FILE)
    parking.park("b", ["a v=1i 1", "a v=2i 2"], "why")
    parking.close()
    (warned,) = said(look(home), Level.WARN)
    assert "refused 2 points: `releve store parked`" in warned


def test_a_token_that_is_missing_unknown_or_open_to_others_is_told(home):
    path = home.data_dir / TOKEN
    path.chmod(0o644)
    assert "others may read" in said(look(home), Level.BAD)[0]
    path.unlink()
    assert "there is no token" in said(look(home), Level.BAD)[0]
    keep_secret(path, "x" * 40)
    (unknown,) = said(look(home), Level.BAD)
    assert "does not know this token; `releve store init`" in unknown


def test_a_token_that_opens_more_than_is_needed_is_told(home, server):
    keep_secret(home.data_dir / TOKEN, server.token)
    (warned,) = said(look(home), Level.WARN)
    assert "opens more than is needed" in warned
    assert "first" in warned


def ask(server, method, path, body=None):
    request = urllib.request.Request(  # noqa: S310 - ours
        server.url + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Token {server.token}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - ours
        return json.loads(answer.read() or b"{}")


def test_a_token_that_may_only_read_is_told(home, server):
    found = ask(server, "GET", "/api/v2/buckets?limit=100")["buckets"]
    ours = [b for b in found if b["name"] in Databases(home.influxdb.bucket).all]
    permissions = [
        {
            "action": "read",
            "resource": {"type": "buckets", "id": b["id"], "orgID": b["orgID"]},
        }
        for b in ours
    ]
    asked = {"orgID": ours[0]["orgID"], "permissions": permissions}
    made = ask(server, "POST", "/api/v2/authorizations", asked)
    keep_secret(home.data_dir / TOKEN, made["token"])
    refused = said(look(home), Level.BAD)
    assert len(refused) == 3
    assert all("may not write" in one for one in refused)


def test_a_bucket_that_is_gone_or_keeps_another_time_is_told(home, server):
    found = ask(server, "GET", "/api/v2/buckets?limit=100")["buckets"]
    ids = {b["name"]: b["id"] for b in found}
    databases = Databases(home.influxdb.bucket)
    rules = [{"type": "expire", "everySeconds": 86_400 * 30}]
    ask(
        server,
        "PATCH",
        f"/api/v2/buckets/{ids[databases.raw]}",
        {"retentionRules": rules},
    )
    (warned,) = said(look(home), Level.WARN)
    assert f"{databases.raw} keeps 30 days, not 37 days" in warned
    ask(server, "DELETE", f"/api/v2/buckets/{ids[databases.minutes]}")
    missing = said(look(home), Level.BAD)[0]
    assert f"{databases.minutes} missing" in missing


class Rubbish(BaseHTTPRequestHandler):
    """Says what InfluxDB never would."""

    status, body = 200, b""

    def do_GET(self):
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815 - the name that http.server calls

    def log_message(self, *_words):
        """Keep still."""


@pytest.mark.parametrize("status", [200, 204, 302, 401, 404, 429, 503])
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{}", b"[]", b'{"buckets": 1}', b'{"buckets": [1]}', b"\xff"],
)
def test_rubbish_is_told_in_a_sentence(status, body, tmp_path):
    keep_secret(tmp_path / TOKEN, "x" * 40)
    kind = type("Saying", (Rubbish,), {"status": status, "body": body})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}"
            config = Config(data_dir=tmp_path, influxdb={"url": url}, meters=METERS)
            findings = look(config)
        finally:
            server.shutdown()
            serving.join()
    assert said(findings, Level.BAD)
    in_both(findings)


def test_one_that_is_away_is_told(tmp_path):
    away = {"url": "http://127.0.0.1:1"}
    config = Config(data_dir=tmp_path, influxdb=away, meters=METERS)
    assert "InfluxDB is away" in said(look(config), Level.BAD)[0]
