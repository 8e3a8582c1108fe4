"""What Grafana is given asks for things that exist: the API answers it, for real."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from edge.interval import Step
from edge.registers import CATALOGUE
from edge.stores.influx.intervals import FIELDS
from edge.stores.influx.names import Databases, stepped

ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "deploy/grafana"
BOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))
sys.path.insert(0, str(ROOT / "tests/api"))  # tests are no package

from api_house import caller, paris  # noqa: E402
from conftest import deps, reads  # noqa: E402, F401 - the API's own small home


@pytest.fixture(scope="module")
def panels() -> ModuleType:
    spec = importlib.util.spec_from_file_location("panels", GRAFANA / "panels.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["panels"] = module
    spec.loader.exec_module(module)
    return module


def board(engine: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (GRAFANA / "dashboards" / f"releve-{engine}.json").read_text()
    )
    return found


def targets(engine: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for panel in board(engine)["panels"]:
        for target in panel["targets"]:
            yield panel, target


def sources() -> dict[str, dict[str, str]]:
    """Give {uid: what is said of it} of each data source that is provisioned."""
    found = {}
    for path in (GRAFANA / "provisioning/datasources").glob("*.yaml"):
        for part in path.read_text().split("- name: ")[1:]:
            said = dict(re.findall(r"^ +(\w+): (.+)$", part, re.MULTILINE))
            found[said["uid"]] = said
    return found


@pytest.mark.parametrize("engine", ["influxdb", "api"])
def test_a_dashboard_is_what_the_table_of_panels_makes(
    engine: str, panels: ModuleType
) -> None:
    written = (GRAFANA / "dashboards" / f"releve-{engine}.json").read_text()
    assert written == panels.text(engine), "run deploy/grafana/panels.py"


@pytest.mark.parametrize("path", BOARDS, ids=[path.name for path in BOARDS])
def test_a_dashboard_names_data_sources_that_are_provisioned(path: Path) -> None:
    known = {uid: said["type"] for uid, said in sources().items()}
    named = re.findall(r'"type": "([a-z-]+)",\s+"uid": "([^"]+)"', path.read_text())
    assert named
    for kind, uid in named:
        assert known[uid] == kind


def test_no_secret_stands_in_what_is_provisioned() -> None:
    for said in sources().values():
        for key in ("httpHeaderValue1", "bearerToken"):
            assert "$__file{/etc/grafana/" in said.get(key, "$__file{/etc/grafana/")


def test_an_influxdb_panel_asks_a_database_for_what_is_written_there() -> None:
    databases = Databases("releve")
    place = {
        Step.MIN1: databases.minutes,
        Step.RAW: databases.raw,
    }
    seen = 0
    for _, target in targets("influxdb"):
        field, measurement, register = re.fullmatch(
            r'SELECT "(\w+)" FROM "(\w+)" WHERE "meter" = \'\$\{meter\}\''
            r" AND \"register\" = '(\w+)' AND \$timeFilter",
            target["query"],
        ).groups()
        assert register in CATALOGUE
        assert field in FIELDS
        step = next(s for s in Step if measurement == stepped(register, s))
        database = sources()[target["datasource"]["uid"]]["dbName"]
        assert database == place.get(step, databases.lasting)
        seen += 1
    assert seen


def asked(target: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Give the address and the parameters that Grafana's variables make of a target."""
    values = {
        "${meter}": "linky",
        "${__from:date:iso}": "2026-10-25T00:00:00.000Z",
        "${__to:date:iso}": "2026-10-26T11:00:00.000Z",
    }
    url = target["url"]
    params = {one["key"]: one["value"] for one in target["url_options"]["params"]}
    for name, value in values.items():
        url = url.replace(name, value)
        params = {key: text.replace(name, value) for key, text in params.items()}
    assert "$" not in url + str(params)
    return url, params


async def test_the_api_answers_each_panel(deps, reads) -> None:  # noqa: F811
    async with caller(deps) as client:
        for panel, target in targets("api"):
            url, params = asked(target)
            answer = await client.get(httpx.URL(url).path, params=params)
            assert answer.status_code == 200, answer.text
            assert target["root_selector"] in answer.json()
            assert panel["title"]
    assert {question[2] for question in reads.asked} == {
        Step.MIN1,
        Step.MIN30,
        Step.DAY,
        Step.MONTH,
    }


async def test_a_row_has_the_columns_that_a_panel_shows(deps) -> None:  # noqa: F811
    async with caller(deps) as client:
        target = next(target for _, target in targets("api") if "30min" in str(target))
        url, params = asked(target)
        row = (await client.get(httpx.URL(url).path, params=params)).json()["rows"][0]
        for column in target["columns"]:
            assert column["selector"] in row
        assert paris(row["start"])
        meters = (await client.get("/api/v1/meters")).json()
    query = board("api")["templating"]["list"][0]["query"]["infinityQuery"]
    assert meters[query["root_selector"]][0][query["columns"][0]["selector"]] == "linky"
