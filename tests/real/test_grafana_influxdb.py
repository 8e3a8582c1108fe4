"""What Grafana's panels ask of InfluxDB finds what is written there, on a real one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.interval import Interval, Step
from edge.stores.influx import intervals
from edge.stores.influx.names import Databases, stepped
from edge.stores.influx.server import Influx2
from edge.stores.influx.setup import Setup, buckets
from tests.real.influxd import Influxd, need

pytestmark = [pytest.mark.real, pytest.mark.timeout(90)]

BOARD = Path(__file__).parents[2] / "deploy/grafana/dashboards/releve-influxdb.json"
SOURCES = {"releve-influxdb": "lasting", "releve-influxdb-1min": "minutes"}
AT_MS = 1_795_474_800_000
MINUTE_MS = 60_000


@pytest.fixture
def server(tmp_path):
    made = Influxd(need(), tmp_path / "influxd")
    made.start()
    made.set_up()
    setup = Setup(made.url, "releve", token=made.token)
    setup.prepare(buckets(Databases("releve"), 30, 366), tmp_path / "token")
    setup.close()
    asked = Influx2(made.url, "releve", lambda: made.token)
    yield asked
    asked.close()
    made.end()


def row(register: str, step: Step) -> Interval:
    end_ms = AT_MS + 30 * MINUTE_MS
    return Interval(
        "linky", register, step, AT_MS, end_ms, 7, minimum=7, mean=7.0, maximum=7
    )


def test_each_panel_finds_what_was_written(server):
    board = json.loads(BOARD.read_text())
    for panel in board["panels"]:
        for target in panel["targets"]:
            database = getattr(
                Databases("releve"), SOURCES[target["datasource"]["uid"]]
            )
            register = target["alias"]
            step = next(
                s for s in Step if f'FROM "{stepped(register, s)}"' in target["query"]
            )
            server.write(database, [intervals.encode(row(register, step))])
            query = target["query"].replace("${meter}", "linky")
            query = query.replace("$timeFilter", f"time >= {AT_MS}ms")
            ((series,),) = server.ask(database, query)
            assert [list(one) for one in series.rows] == [[AT_MS, 7]]
    (meters,) = server.ask("releve", board["templating"]["list"][0]["query"])
    assert meters[0].rows == [["meter", "linky"]]
