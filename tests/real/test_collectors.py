"""Portals asked by a process apart, and what they say kept by the service."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.real.home import RELEVE, Home
from tests.real.portal import Asked, Portal, Said

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

PRM = "01234567890123"
TOKEN = "a-token-that-nobody-may-see"  # noqa: S105 - invented


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Paris")).date()


def asking(home):
    return subprocess.Popen([*RELEVE, "collect", "--config", str(home.config)])


def days(asked: Asked, values: dict[date, int]) -> Said:
    """Answer daily_consumption as Conso API does; everything else has no data."""
    if not asked.path.endswith("/daily_consumption"):
        error = {"status": 404, "error": {"error": "no_data_found"}}
        return Said(json.dumps(error), 404)
    first, until = (date.fromisoformat(asked.query[key][0]) for key in ("start", "end"))
    readings = [
        {"value": str(value), "date": day.isoformat()}
        for day, value in values.items()
        if first <= day < until
    ]
    return Said(
        json.dumps(
            {
                "usage_point_id": PRM,
                "start": str(first),
                "end": str(until),
                "quality": "BRUT",
                "reading_type": {
                    "measurement_kind": "energy",
                    "measuring_period": "P1D",
                    "unit": "Wh",
                    "aggregate": "sum",
                },
                "interval_reading": readings,
            }
        )
    )


@pytest.fixture
def values():
    return {today() - timedelta(days=back): 10_000 + back for back in (2, 3, 5)}


@pytest.fixture
def portal(values):
    with Portal(lambda asked: days(asked, values)) as made:
        yield made


@pytest.fixture
async def home(tmp_path, portal):
    home = Home(tmp_path)
    secret = tmp_path / "conso.secret"
    secret.write_text(f"{TOKEN}\n")
    secret.chmod(0o600)
    with home.config.open("a") as file:
        file.write(
            f'identifier = "{PRM}"\n[[collectors]]\nkind = "conso-api"\n'
            f'url = "{portal.url}/api"\nsecret_file = "{secret}"\n'
        )
    home.start()
    try:
        await home.until("/api/v1/health", bool)
        yield home
    finally:
        home.end()


def said(home, *words, language="en_GB.UTF-8"):
    done = subprocess.run(
        [*RELEVE, *words, "--config", str(home.config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"LC_ALL": language, "PATH": "/usr/bin:/bin"},
    )
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert PRM not in done.stdout + done.stderr
    return done.stdout


REGISTER = "/api/v1/meters/linky/registers/import_total_wh"


def kept(home, register=REGISTER, days=30):
    start, end = (today() + timedelta(days=days) for days in (-days, 4))
    path = f"{register}/slices?from={start}&to={end}"
    return {row["start"][:10]: row for row in home.get(path)["slices"]}


async def test_days_come_in_late_ones_too_and_twice_changes_nothing(
    home, portal, values
):
    told = await asyncio.to_thread(said, home, "collect", "--once", "conso-api")
    assert "3 new values, 0 changed" in told
    assert "next attempt:" in told
    again = await asyncio.to_thread(said, home, "collect", "--once", "conso-api")
    assert "0 new values, 0 changed, 3 unchanged" in again
    late = today() - timedelta(days=4)
    values[late] = 9_999
    values[late - timedelta(days=1)] += 1
    third = await asyncio.to_thread(said, home, "collect", "--once", "conso-api")
    assert "1 new values, 1 changed, 2 unchanged" in third
    rows = await asyncio.to_thread(kept, home)
    assert {row["origin"] for row in rows.values()} == {"collected:conso-api"}
    merged = await asyncio.to_thread(home.get, f"{REGISTER}?step=day&purpose=bill")
    known = [row for row in merged["rows"] if row["value"] is not None]
    assert {row["value"] for row in known} >= {9_999}
    assert {row["sources"] for row in known} == {"collected:conso-api"}
    assert portal.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert all(TOKEN not in str(one.query) for one in portal.asked)


async def test_tomorrows_colour_is_known_today(home, portal):
    def colours(asked):
        told = [
            {"dateJour": day, "codeJour": 3 if day > str(today()) else 1}
            for day in asked.query["dateJour[]"]
        ]
        return Said(json.dumps(told))

    portal.answers = colours
    home.end()
    with home.config.open("a") as file:
        file.write(f'[[collectors]]\nkind = "tempo"\nurl = "{portal.url}"\n')
    home.start()
    await home.until("/api/v1/health", bool)
    told = await asyncio.to_thread(said, home, "collect", "--once", "tempo")
    assert "12 new values" in told
    register = REGISTER.replace("import_total_wh", "tempo_day")
    rows = await asyncio.to_thread(kept, home, register)
    tomorrow = str(today() + timedelta(days=1))
    assert (rows[tomorrow]["value"], rows[str(today())]["value"]) == (3, 1)
    assert rows[tomorrow]["start"][11:16] == "06:00"
    assert rows[tomorrow]["origin"] == "collected:tempo"


async def test_the_process_asks_by_itself_and_the_service_shows_it(home, portal):
    process = asking(home)
    try:
        await home.until(
            "/api/v1/health",
            lambda report: any(
                part["name"] == "collector:conso-api"
                and "last success 2" in part["detail"]
                for part in report["parts"]
            ),
        )
        count = len(portal.asked)
        process.terminate()
        assert process.wait(20) == 0
        process = asking(home)  # a restart leaves the portal alone
        started = time.monotonic()
        await home.until("/api/v1/health", lambda _: time.monotonic() - started > 8)
        assert len(portal.asked) == count
    finally:
        process.kill()
        process.wait()


def children(of):
    path = Path(f"/proc/{of}/task/{of}/children")
    return path.read_text().split() if path.exists() else []


async def attempting(home, portal):
    """Start the process, and wait until its attempt hangs at the portal."""
    portal.mood = Said(hang=True)
    process = asking(home)
    await home.until("/api/v1/health", lambda _: portal.asked)
    (child,) = await asyncio.to_thread(children, process.pid)
    return process, Path(f"/proc/{child}")


async def test_it_ends_at_once_when_told_to_and_leaves_no_child(home, portal):
    process, child = await attempting(home, portal)
    try:
        process.terminate()
        assert process.wait(20) == 0
        assert not child.exists()
    finally:
        process.kill()
        process.wait()


async def test_killed_in_an_attempt_it_leaves_the_portal_alone_at_its_return(
    home, portal
):
    process, child = await attempting(home, portal)
    try:
        process.kill()
        process.wait()
        os.kill(int(child.name), signal.SIGKILL)  # it would end by itself, later
        count = len(portal.asked)
        process = asking(home)
        started = time.monotonic()
        await home.until("/api/v1/health", lambda _: time.monotonic() - started > 8)
        assert len(portal.asked) == count
        told = await asyncio.to_thread(said, home, "collectors")
        assert "last success: never" in told
    finally:
        process.kill()
        process.wait()
