"""The running service erases by its command, and goes on reading meanwhile."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time

import pytest

from teleinfo import Mode
from teleinfo.virtual import MeterSpec, PtyLine, VirtualLinky
from tests.real.brokers import until
from tests.real.home import RELEVE, Home

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

RAW = "/api/v1/meters/linky/registers/apparent_power_va?step=raw&limit=60000"


@pytest.fixture
async def home(tmp_path):
    home = Home(tmp_path)
    line = PtyLine(
        VirtualLinky(MeterSpec(mode=Mode.STANDARD), time.time_ns() // 1_000_000),
        link=home.tic,
    )
    speaking = asyncio.create_task(line.run())
    yield home
    home.end()
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)


async def rows(home):
    try:
        return (await asyncio.to_thread(home.get, RAW))["rows"]
    except (OSError, KeyError):
        return []


async def some(home, count):
    async with asyncio.timeout(60):
        while len(found := await rows(home)) < count:  # noqa: ASYNC110 - a service has no event
            await asyncio.sleep(0.2)  # asks until it is so
    return found


async def erase(home, *words):
    return await asyncio.to_thread(
        subprocess.run,
        [*RELEVE, "erase", "--meter", "linky", *words, "--config", str(home.config)],
        capture_output=True,
        text=True,
        timeout=60,
    )


async def test_all_that_was_read_goes_and_the_meter_is_read_on(home):
    home.start()
    before = await some(home, 5)
    done = await erase(home, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    after = await some(home, 3)
    assert after[0]["at"] > before[-1]["at"]
    health = await asyncio.to_thread(home.get, "/api/v1/health")
    (part,) = [one for one in health["parts"] if one["name"] == "erasure"]
    assert part["ok"]
    code, _ = home.stop()
    assert code == 0


async def test_one_that_is_killed_is_finished_by_the_next_start(home):
    home.start()
    before = await some(home, 5)
    asking = asyncio.create_task(erase(home, "--yes"))
    database = home.data / "journal.db"
    size = database.stat().st_size
    await until(lambda: asking.done() or database.stat().st_size != size)
    home.stop(signal.SIGKILL)
    assert (await asking).returncode in (0, 2)
    home.start()
    after = await some(home, 3)
    left = [one for one in after if one["at"] <= before[-1]["at"]]
    assert left in ([], before)  # never half of it
