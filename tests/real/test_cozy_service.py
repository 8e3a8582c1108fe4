"""The whole way: a Cozy is connected to a running home, has its days, and is let go."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from tests.edge.importing.importing_home import PARIS, PRM, curve
from tests.real.cozy_house import Server
from tests.real.home import RELEVE, Home, own_address

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

GRANT = ("--grant", "electricity/energy/day/P1M", "--meter", "linky", "--yes")
WATTS = 460


@pytest.fixture
async def cozy(tmp_path):
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but its own")
    made = Server(tmp_path / "cozy", address)
    await made.start()
    yield made
    await made.end()


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    named = f'id = "linky"\nidentifier = "{PRM}"\n'
    text = made.config.read_text().replace('id = "linky"\n', named)
    made.config.write_text(text)
    made.start()
    yield made
    made.end()


def post(home, path, body, kind="application/json"):
    token = (home.data / "owner.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    url = f"http://127.0.0.1:{home.port}/api/v1{path}"
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - ours
        return json.load(answer)


def typing(home, *words):
    return subprocess.Popen(
        [*RELEVE, "cozy", *words, "--config", str(home.config)],
        env={**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        text=True,
    )


async def typed(home, *words):
    """Have a command run to its end; give what it says."""
    with typing(home, *words) as process:
        said = await asyncio.to_thread(process.stdout.read)
    assert process.returncode == 0, said
    return said


async def connected(home, cozy):
    """Connect as a household does: from its shell, over there, and back."""
    words = ("connect", cozy.url, "--ca", str(cozy.ca_file), *GRANT)
    with typing(home, *words) as process:
        page, said = None, ""
        while page is None:
            line = await asyncio.to_thread(process.stdout.readline)
            assert line, said
            said += line
            page = re.search(r"https://\S+/auth/authorize\S+", line)
        state, code = await cozy.agree(page[0])
        told = {"state": state}
        body = json.dumps(told).encode()
        shown = await asyncio.to_thread(post, home, "/owner/cozy/asked", body)
        assert shown == {"url": cozy.url}
        body = json.dumps({**told, "code": code}).encode()
        await asyncio.to_thread(post, home, "/owner/cozy/connect", body)
        await asyncio.to_thread(process.stdout.read)
    assert process.returncode == 0


async def test_a_cozy_is_connected_is_sent_the_days_and_is_let_go(home, cozy):
    await home.until("/api/v1/health", lambda found: found["parts"])
    today = datetime.now(UTC).astimezone(PARIS).replace(hour=0, minute=0, second=0)
    first = today.replace(microsecond=0) - timedelta(days=4)
    sent = curve([WATTS] * 96, first)
    kind = "application/octet-stream"
    await asyncio.to_thread(post, home, "/imports?name=curve.csv", sent, kind)
    await connected(home, cozy)
    async with asyncio.timeout(60):
        while not (days := await cozy.docs()):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.1)  # asks until it is so
    told = [row["value"] for one in days.values() for row in one["series"]]
    # a day of spring or autumn is known in part, or has more than a day
    assert told[0] in {WATTS * hours for hours in (23, 24, 25)}
    assert f"cozy: {cozy.url}" in await typed(home, "status")
    said = await typed(home, "disconnect", "--erase")
    assert "deleted there" in said
    assert not await cozy.docs()
    assert "releve cozy connect" in await typed(home, "status")
    code, _ = await asyncio.to_thread(home.stop)
    assert code == 0, home.said
