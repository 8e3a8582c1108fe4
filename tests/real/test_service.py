"""The whole service as a process: a virtual Linky, real signals, real kills."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import time

import pytest

from teleinfo import Mode
from teleinfo.virtual import MeterSpec, PtyLine, VirtualLinky
from tests.real.home import RELEVE, Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


@pytest.fixture
async def home(tmp_path):
    home = Home(tmp_path)
    spec = MeterSpec(mode=Mode.STANDARD)
    line = PtyLine(VirtualLinky(spec, time.time_ns() // 1_000_000), link=home.tic)
    home.line = line
    speaking = asyncio.create_task(line.run())
    yield home
    home.end()
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)


def part(report, name):
    return next(part for part in report["parts"] if part["name"] == name)


def rows_of(home, count):
    return lambda _: len(home.raw()) >= count


async def test_a_sigterm_ends_it_in_time_with_nothing_lost(home):
    home.start()
    await home.until("/api/v1/health", rows_of(home, 3))
    served = await asyncio.to_thread(home.raw)
    latest = await home.until("/api/v1/meters/linky/latest", lambda a: a["values"])
    code, took_s = await asyncio.to_thread(home.stop)
    assert code == 0, home.said
    assert took_s < 5
    assert "Traceback" not in home.said
    home.start()
    await home.until("/api/v1/health", rows_of(home, len(served)))
    assert served.items() <= (await asyncio.to_thread(home.raw)).items()
    assert (await home.until("/api/v1/meters/linky/latest", bool))["at"] >= latest["at"]


async def test_what_was_served_outlives_kills_at_random(home):
    served: dict[str, int] = {}
    for round_ in range(int(os.environ.get("RELEVE_SERVICE_KILLS", "3"))):
        home.start()
        await home.until("/api/v1/health", rows_of(home, len(served) + 1 + round_ % 3))
        after = await asyncio.to_thread(home.raw)
        assert served.items() <= after.items()
        served = after
        await asyncio.to_thread(home.stop, signal.SIGKILL)
    rows = sqlite3.connect(home.data / "journal.db").execute("PRAGMA integrity_check")
    assert rows.fetchone() == ("ok",)


async def test_an_unplugged_meter_is_told_and_read_again_when_it_is_back(home):
    home.start()
    await home.until("/api/v1/health", rows_of(home, 2))
    home.line.unplug()
    silent = await home.until(
        "/api/v1/health", lambda r: not part(r, "source:linky")["ok"]
    )
    assert part(silent, "journal")["ok"]
    before = len(await asyncio.to_thread(home.raw))
    home.line.plug()
    await home.until("/api/v1/health", rows_of(home, before + 2))


async def test_a_damaged_journal_is_set_aside_and_the_service_starts_on(home):
    home.start()
    await home.until("/api/v1/health", rows_of(home, 2))
    await asyncio.to_thread(home.stop)
    path = home.data / "journal.db"
    path.write_bytes(b"\x00rubbish" * 4096)
    home.start()
    report = await home.until("/api/v1/health", rows_of(home, 1))
    assert part(report, "journal")["counters"]["set_aside"] == 1
    assert list(home.data.glob("journal.db.damaged.*"))


async def test_a_second_service_on_the_same_data_is_refused_in_one_sentence(home):
    home.start()
    await home.until("/api/v1/health", rows_of(home, 1))
    second = await asyncio.to_thread(
        subprocess.run,
        [*RELEVE, "run", "--config", str(home.config)],
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert second.returncode == 2
    assert "another Relevé writes in" in second.stderr
    assert "Traceback" not in second.stderr


async def test_systemd_is_told_when_it_is_ready_and_that_it_lives(home, tmp_path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.settimeout(30)
        home.start(NOTIFY_SOCKET=str(path), WATCHDOG_USEC="8000000")
        said = await asyncio.to_thread(lambda: [systemd.recv(200) for _ in range(3)])
    assert set(said) == {b"READY=1", b"WATCHDOG=1"}


async def test_a_correction_is_acknowledged_once_it_counts(home):
    home.start()
    await home.until("/api/v1/health", rows_of(home, 3))
    values = (await home.until("/api/v1/meters/linky/latest", bool))["values"]
    assert values["import_total_wh"] > 0
    done = await asyncio.to_thread(
        subprocess.run,
        [
            *RELEVE,
            "correct",
            "linky",
            "import_total_wh",
            "2026-11-01T10:00:00",
            "2026-11-01T11:00:00",
            "--value",
            "321",
            "--note",
            "meter was off",
            "--config",
            str(home.config),
        ],
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    path = (
        "/api/v1/meters/linky/registers/import_total_wh"
        "?step=hour&from=2026-11-01T10:00:00%2B01:00&to=2026-11-01T11:00:00%2B01:00"
    )
    answer = await home.until(
        path, lambda a: a["rows"] and a["rows"][0]["value"] == 321
    )
    assert answer["rows"][0]["quality"] == "corrected"


async def test_a_command_that_makes_no_sense_is_refused_in_one_sentence(home):
    home.start()
    await home.until("/api/v1/health", rows_of(home, 1))
    refused = await asyncio.to_thread(
        subprocess.run,
        [*RELEVE, "device", "confirm", "linky", "--config", str(home.config)],
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert refused.returncode == 2
    assert "no other physical meter" in refused.stderr
