"""What gateways to Enedis, Tempo and RTE answer: the real shapes, invented values."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta

from tests.real.portal import Asked, Said

PRM, PCE = "01234567890123", "21098765432104"
USER, PASSWORD = "moi@exemple.invalid", 'a "quoted\\ pass'


def ok(document, status=200, **headers):
    return Said(json.dumps(document), status, headers)


def days_of(asked, first="start", until="end"):
    begin, end = (date.fromisoformat(asked.query[key][0]) for key in (first, until))
    return [begin + timedelta(days=n) for n in range((end - begin).days)]


def reading(kind, values, *, unit="Wh", period="P1D", step=None):
    length = {"interval_length": step, "measure_type": "B"} if step else {}
    return {
        "usage_point_id": PRM,
        "quality": "BRUT",
        "reading_type": {
            "measurement_kind": kind,
            "measuring_period": period,
            "unit": unit,
            "aggregate": "maximum" if unit == "VA" else "sum",
        },
        "interval_reading": [
            {"value": str(value), "date": at, **length} for at, value in values
        ],
    }


def series(name, days):
    if name.startswith("daily_consumption_max") or name == "consumption_max_power":
        at = [(f"{day} 19:31:00", 4_000 + n) for n, day in enumerate(days)]
        return reading("power", at, unit="VA")
    if "load_curve" in name:
        at = [(f"{day} {hour:02}:30:00", 250) for day in days for hour in range(24)]
        return reading("power", at, unit="W", period=None, step="PT30M")
    return reading("energy", [(str(day), 9_000 + n) for n, day in enumerate(days)])


def conso_api(asked: Asked) -> Said | None:
    assert asked.headers["authorization"] == f"Bearer {USER}"
    assert asked.headers["user-agent"]
    assert asked.query["prm"] == [PRM]
    name = asked.path.rsplit("/", 1)[1]
    if "production" in name:
        return ok({"status": 404, "error": {"error": "no_data_found"}}, 404)
    days = days_of(asked)
    assert "curve" not in name or len(days) <= 7
    return ok(series(name, days))


def my_electrical_data(asked: Asked) -> Said | None:
    assert asked.headers["authorization"] == USER
    parts = asked.path.strip("/").split("/")
    assert parts[1] == PRM
    if parts[0] == "valid_access":
        return ok({"valid": True, "quota_reached": False, "quota_limit": 50})
    query = {"start": [parts[3]], "end": [parts[5]]}
    days = days_of(Asked("GET", "", query, {}, ""))
    if "production" in parts[0]:
        return ok({"detail": "no data found"}, 404)
    return ok({"meter_reading": series(parts[0], days)})


def tempo(asked: Asked) -> Said | None:
    days = asked.query["dateJour[]"]
    told = [
        {"dateJour": day, "codeJour": n % 4, "periode": "2026-2027"}
        for n, day in enumerate(days)
    ]
    return ok(told)


def rte(asked: Asked) -> Said | None:
    if asked.path == "/token/oauth/":
        scheme, pair = asked.headers["authorization"].split()
        assert (scheme, base64.b64decode(pair)) == (
            "Basic",
            f"{USER}:{PASSWORD}".encode(),
        )
        return ok({"access_token": "t0ken", "token_type": "Bearer"})
    assert asked.headers["authorization"] == "Bearer t0ken"
    if asked.path.endswith("/tempo_like_calendars"):
        assert asked.query["start_date"] == ["2026-10-20T00:00:00+02:00"]
        assert asked.query["end_date"] == ["2026-11-03T00:00:00+01:00"]
        values = [
            {"start_date": f"2026-10-{day}T00:00:00+02:00", "value": colour}
            for day, colour in ((20, "BLUE"), (21, "RED"), (22, "UNKNOWN"))
        ]
        return ok({"tempo_like_calendars": {"values": values}})
    hours = [{"pas": hour, "hvalue": 1 + hour % 3} for hour in range(24)]
    day = {"jour": "2026-10-25T00:00:00+02:00", "dvalue": 1, "values": hours}
    return ok({"signals": [day]})
