#!/usr/bin/env python3
"""Writes the two dashboards of deploy/grafana/dashboards from one table of panels.

    .venv/bin/python deploy/grafana/panels.py

One asks an InfluxDB, in InfluxQL; the other asks Relevé's own API through Grafana's
Infinity data source. Both show the same, so a home may change engines.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.interval import Step
from edge.stores.influx.names import stepped

HERE = Path(__file__).parent
API = "http://127.0.0.1:8080/api/v1/meters"
INFLUX = {Step.MIN1: "releve-influxdb-1min"}
INFLUX_LASTING = "releve-influxdb"
INFINITY = "releve-api"


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: registers at a step, over the time chosen or over its own."""

    title: str
    registers: tuple[str, ...]
    step: Step
    unit: str  # Grafana's name of it
    field: str = "value"  # of an index what was counted, of an instant the mean
    bars: bool = True
    stacked: bool = False
    over: str | None = None
    width: int = 24


PANELS = (
    Panel(
        "Puissance apparente · Apparent power",
        ("apparent_power_va",),
        Step.MIN1,
        "voltamp",
        field="mean",
        bars=False,
        over="24h",
    ),
    Panel(
        "Énergie par demi-heure · Energy a half-hour",
        ("import_total_wh",),
        Step.MIN30,
        "watth",
        over="7d",
    ),
    Panel(
        "Par jour et par tarif · By day and tariff",
        tuple(f"import_tariff{number:02}_wh" for number in range(1, 5)),
        Step.DAY,
        "watth",
        stacked=True,
        over="60d",
        width=12,
    ),
    Panel(
        "Par mois · By month",
        ("import_total_wh",),
        Step.MONTH,
        "watth",
        over="1100d",
        width=12,
    ),
    Panel(
        "Injection par jour · Injected by day",
        ("export_total_wh",),
        Step.DAY,
        "watth",
        over="60d",
        width=12,
    ),
    Panel(
        "Tension · Voltage",
        ("voltage_l1_v",),
        Step.MIN1,
        "volt",
        field="mean",
        bars=False,
        over="24h",
        width=12,
    ),
)


def influx(panel: Panel, register: str) -> dict[str, Any]:
    """Give what asks an InfluxDB for one line of a panel."""
    return {
        "datasource": {
            "type": "influxdb",
            "uid": INFLUX.get(panel.step, INFLUX_LASTING),
        },
        "rawQuery": True,
        "resultFormat": "time_series",
        "alias": register,
        "query": f'SELECT "{panel.field}" FROM "{stepped(register, panel.step)}"'  # noqa: S608 - our own names
        f" WHERE \"meter\" = '${{meter}}' AND \"register\" = '{register}'"
        " AND $timeFilter",
    }


def api(panel: Panel, register: str) -> dict[str, Any]:
    """Give what asks Relevé's API for one line of a panel."""
    asked = {
        "step": panel.step.value,
        "from": "${__from:date:iso}",
        "to": "${__to:date:iso}",
        "limit": "60000",
    }
    return {
        "datasource": {"type": "yesoreyeram-infinity-datasource", "uid": INFINITY},
        "type": "json",
        "parser": "backend",
        "source": "url",
        "format": "timeseries",
        "url": f"{API}/${{meter}}/registers/{register}",
        "url_options": {
            "method": "GET",
            "data": "",
            "params": [{"key": key, "value": value} for key, value in asked.items()],
        },
        "root_selector": "rows",
        "columns": [
            {"selector": "start", "text": "time", "type": "timestamp"},
            {"selector": panel.field, "text": register, "type": "number"},
        ],
        "filters": [],
    }


METERS = {
    "influxdb": {
        "datasource": {"type": "influxdb", "uid": INFLUX_LASTING},
        "query": 'SHOW TAG VALUES FROM "electricity_30min" WITH KEY = "meter"',
    },
    "api": {
        "datasource": {"type": "yesoreyeram-infinity-datasource", "uid": INFINITY},
        "query": {
            "queryType": "infinity",
            "infinityQuery": {
                "refId": "variable",
                "type": "json",
                "parser": "backend",
                "source": "url",
                "format": "table",
                "url": API,
                "url_options": {"method": "GET", "data": ""},
                "root_selector": "meters",
                "columns": [{"selector": "id", "text": "id", "type": "string"}],
                "filters": [],
            },
        },
    },
}
ASK = {"influxdb": influx, "api": api}


def dashboard(engine: str) -> dict[str, Any]:
    """Give the dashboard of one engine."""
    panels, x, y = [], 0, 0
    for number, panel in enumerate(PANELS, 1):
        lines = [
            {"refId": chr(65 + place), **ASK[engine](panel, register)}
            for place, register in enumerate(panel.registers)
        ]
        place = {"h": 8, "w": panel.width, "x": x, "y": y}
        panels.append(_panel(number, panel, lines, place))
        x = (x + panel.width) % 24
        y += 0 if x else 8
    return {
        "uid": f"releve-{engine}",
        "title": "Relevé" if engine == "influxdb" else "Relevé (API)",
        "schemaVersion": 39,
        "editable": True,
        "timezone": "browser",
        "time": {"from": "now-24h", "to": "now"},
        "refresh": "1m",
        "tags": ["releve"],
        "templating": {"list": [_variable(engine)]},
        "panels": panels,
    }


def _variable(engine: str) -> dict[str, Any]:
    return {
        "name": "meter",
        "label": "Compteur · Meter",
        "type": "query",
        "refresh": 1,
        "multi": False,
        "includeAll": False,
        **METERS[engine],
    }


def _panel(
    number: int, panel: Panel, lines: list[dict[str, Any]], place: dict[str, int]
) -> dict[str, Any]:
    style = {
        "drawStyle": "bars" if panel.bars else "line",
        "fillOpacity": 60 if panel.bars else 10,
        "showPoints": "never",
        "spanNulls": False,  # a silence is shown as one
        "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
    }
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "gridPos": place,
        "timeFrom": panel.over,
        "datasource": lines[0]["datasource"],
        "targets": lines,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "custom": style},
            "overrides": [],
        },
        "options": {"legend": {"showLegend": len(lines) > 1}},
    }


def text(engine: str) -> str:
    """Give a dashboard's file."""
    return json.dumps(dashboard(engine), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name in ASK:
        (HERE / "dashboards" / f"releve-{name}.json").write_text(text(name))
