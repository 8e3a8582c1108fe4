"""The whole way: a cloud is added to a running home, and the meter is heard there."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time

import pytest

from teleinfo import Mode
from teleinfo.virtual import MeterSpec, PtyLine, VirtualLinky
from tests.real.brokers import until
from tests.real.cloud_house import PREFIX, Cloud
from tests.real.home import RELEVE, Home, own_address

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

GRANTS = (
    *("--grant", "electricity/live_power/live/P1D", "--meter", "linky"),
    *("--grant", "electricity/energy/day/P1M", "--yes"),
)


@pytest.fixture
async def cloud(tmp_path):
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but its own")
    made = Cloud(tmp_path / "cloud", host=address)
    await made.start()
    yield made
    made.end()


@pytest.fixture
async def home(tmp_path):
    made = Home(tmp_path)
    meter = VirtualLinky(
        MeterSpec(mode=Mode.STANDARD, seed=123_456), time.time_ns() // 1_000_000
    )
    speaking = asyncio.create_task(PtyLine(meter, link=made.tic).run())
    yield made
    made.end()
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)


async def typed(home, *words):
    """Have a command run as its owner types it; give what it says."""
    done = await asyncio.to_thread(
        subprocess.run,
        [*RELEVE, *words, "--config", str(home.config)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_a_cloud_is_added_hears_the_meter_and_is_taken_back(home, cloud):
    home.start()
    await home.until("/api/v1/health", lambda found: found["parts"])
    where = ("--url", cloud.url, "--fingerprint", cloud.fingerprint)
    said = await typed(
        home, "cloud", "add", "mine", *where, "--prefix", PREFIX, *GRANTS
    )
    assert "its certificate is right" in said
    await asyncio.to_thread(home.stop)
    home.start()
    async with cloud.ear() as ear:
        await until(lambda: ear.documents("/linky/live"), 60)
        assert ear.documents("/linky/live")[0]["values"]["apparent_power_va"] >= 0
        said = await typed(home, "cloud", "status")
        assert "mine: connected" in said
        said = await typed(home, "cloud", "remove", "mine")
        assert "could not be called back" in said
        told = len(ear.documents("/live"))
        parts = (await asyncio.to_thread(home.get, "/api/v1/health"))["parts"]
        (part,) = [one for one in parts if one["name"] == "cloud:mine"]
        assert part["gauges"] == {"connected": 0, "claimed": 0, "granted": 0}
        assert len(ear.documents("/live")) == told
        assert ear.told[-1].topic == f"{PREFIX}/claim"
        assert not ear.told[-1].payload
    lines = await asyncio.to_thread(home.get, "/api/v1/owner/reads")
    assert "cloud" in str(lines)
    code, _ = await asyncio.to_thread(home.stop)
    assert code == 0, home.said
