"""The ports of others on the Pi: InfluxDB's, a real one, and what Grafana is given."""

from __future__ import annotations

import json
import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.influx_house import ready
from tests.real.influxd import Influxd, need

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

ROOT = Path(__file__).parents[2]
DEPLOY, DOCS = ROOT / "deploy", ROOT / "docs"
OURS = tomllib.loads((DEPLOY / "influxdb/config.toml").read_text())
PLACES = ("bolt-path", "sqlite-path", "engine-path", "http-bind-address")
QUESTIONS = (
    "/query?db=releve_raw&q=SELECT+*+FROM+electricity",
    "/query?db=releve&q=SHOW+MEASUREMENTS&u=&p=",
    "/query?db=releve&q=SHOW+DATABASES&u=releve&p=releve",
    "/api/v2/buckets",
    "/api/v2/authorizations",
    "/api/v2/orgs",
    "/api/v2/users",
    "/api/v2/dbrps?org=releve",
    "/api/v2/query?org=releve",
    "/api/v2/backup/metadata",
)
STRANGERS = (
    {},
    {"Authorization": "Token "},
    {"Authorization": f"Token {'x' * 86}=="},
    {"Authorization": "Basic cmVsZXZlOnJlbGV2ZQ=="},
    {"Authorization": f"Bearer {'x' * 43}"},
)


class OurInfluxd(Influxd):
    """One with the settings that we ship, but for where it is."""

    @property
    def words(self) -> list[str]:
        """Give our settings as words of its command line."""
        said = {name: OURS[name] for name in OURS if name not in PLACES}
        return [f"--{name}={str(value).lower()}" for name, value in said.items()]


@pytest.fixture(scope="module")
def influxd(tmp_path_factory) -> Iterator[Influxd]:
    path = tmp_path_factory.mktemp("influx")
    server = OurInfluxd(need(), path / "influxd")
    server.start(*server.words)
    try:
        ready(server, path / "data")
        yield server
    finally:
        server.end()


def asked(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - same
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


@pytest.mark.parametrize("stranger", STRANGERS, ids=str)
def test_influxdb_tells_a_stranger_nothing_of_the_home(influxd, stranger):
    for question in QUESTIONS:
        status, said = asked(influxd.url + question, stranger)
        assert status in (401, 405), question
        assert b"linky" not in said, question


@pytest.mark.parametrize("path", ["/metrics", "/debug/pprof/heap", "/debug/pprof/all"])
def test_influxdbs_own_metrics_are_shut(influxd, path):
    """They count points and bytes: polled, they tell when something happens at home."""
    status, said = asked(influxd.url + path, {})
    assert status in (403, 404) or b"<title>" in said, said[:300]


def test_nobody_makes_themselves_a_user_of_influxdb(influxd):
    """What InfluxDB says to anyone is that it is there, and of which version."""
    for path in ("/health", "/ping", "/ready"):
        _, said = asked(influxd.url + path, {})
        assert b"releve" not in said
    # nor can anyone set it up again, to have a token of their own
    _, said = asked(f"{influxd.url}/api/v2/setup", {})
    assert json.loads(said) == {"allowed": False}
    assert OURS["http-bind-address"] == "127.0.0.1:8086"


def test_what_grafana_asks_with_stays_on_its_side():
    """A viewer's browser asks Grafana, which keeps the token: never the port itself."""
    for path in (DEPLOY / "grafana/provisioning/datasources").glob("*.yaml"):
        parts = path.read_text().split("- name: ")[1:]
        assert parts
        for part in parts:
            said = dict(re.findall(r"^ +(\w+): (.+)$", part, re.MULTILINE))
            assert said["access"] == "proxy", path.name
            plain, _, secret = part.partition("secureJsonData:")
            assert "$__file{" in secret, path.name
            assert "$__file{" not in plain, path.name
            assert "127.0.0.1" in plain, path.name


def test_who_may_open_grafana_is_said_where_it_is_set_up():
    """Its port is its own: what it needs is said to households, in both languages."""
    for page in ("install.md", "fr/domotique-et-courbes.md"):
        text = (DOCS / page).read_text()
        assert "`http_addr = 127.0.0.1`" in text, page
        assert "3000" in text, page
