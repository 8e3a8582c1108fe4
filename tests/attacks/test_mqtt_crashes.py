"""A withdrawal that is cut off: never more rights than the ledger says."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.attacks.mqtt_child import STEPS
from tests.attacks.service_house import COACH, Ear, House, terms
from tests.real.home import free_port

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


async def let_in(house, login) -> list[bytes] | None:
    """Come with a login, as its durable session; give what came, None if refused."""
    ear = Ear(house.port, login, durable=True)
    try:
        await asyncio.to_thread(ear.open)
    except PermissionError:
        return None
    await asyncio.to_thread(ear.shut)
    return [told.payload for told in ear.told]


def whole(file: Path) -> str | None:
    """Give a JSON file's text; None while it is being written."""
    text = file.read_text()
    return text if text.rstrip().endswith("}") else None


async def knock(house, login, over: asyncio.Event) -> list[bool]:
    """Come again and again from before the broker listens; give who was let in."""
    answers = []
    while not over.is_set():
        try:
            answers.append(await let_in(house, login) is not None)
        except OSError:  # nobody listens yet
            await asyncio.sleep(0)
    return answers


@pytest.mark.parametrize("step", STEPS)
async def test_an_edge_that_is_killed_finishes_its_withdrawal_first(tmp_path, step):
    port = free_port()
    program = str(Path(__file__).with_name("mqtt_child.py"))
    child = subprocess.Popen(  # noqa: ASYNC220 - milliseconds
        [sys.executable, program, str(tmp_path), str(port), step],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        login = json.loads(await asyncio.to_thread(child.stdout.readline))
        ear = Ear(port, login, durable=True)
        await asyncio.to_thread(ear.open)
        await asyncio.to_thread(ear.shut)
        child.stdin.write("\n")
        child.stdin.flush()
        assert await asyncio.to_thread(child.wait, 30) == -signal.SIGKILL
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()
    house = House(tmp_path, port=port)
    file = tmp_path / "data" / "broker" / "dynamic-security.json"
    over = asyncio.Event()
    knocking = asyncio.create_task(knock(house, login, over))
    async with house.running():
        assert await let_in(house, login) is None
        place = tmp_path / "data" / "broker" / "services"
        await house.until(lambda: not list(place.iterdir()))
        # the broker writes it anew at each change: whole again, none is known so
        known = await house.until(lambda: whole(file))
        assert login["username"] not in known
        over.set()
        answers = await knocking
    assert answers
    assert not any(answers)


@pytest.mark.parametrize("wait_s", [0, 0.002, 0.02])
async def test_a_broker_that_is_killed_comes_back_without_who_lost_a_right(
    tmp_path, wait_s
):
    house = House(tmp_path)
    async with house.running():
        service, given = await house.give(COACH, terms("30min"))
        login = await house.login(service)
        assert await let_in(house, login) == []
        os.kill(house.pid, signal.SIGKILL)
        await asyncio.sleep(wait_s)  # in the midst of it: where, is chance's
        await house.withdraw(*given)
        await house.until(
            lambda: (
                house.parts.health()[0].counters["starts"] == 2
                and house.parts.health()[0].ok
            )
        )
        await house.until(lambda: not house.part.login(service))
        assert await let_in(house, login) is None


async def test_a_broker_that_turns_nobody_out_is_killed_within_a_second(tmp_path):
    house = House(tmp_path)
    async with house.running():
        service, given = await house.give(COACH, terms("30min"))
        login = await house.login(service)
        ear = Ear(house.port, login, durable=True)
        await asyncio.to_thread(ear.open)
        os.kill(house.pid, signal.SIGSTOP)
        started = time.monotonic()
        await house.withdraw(*given)
        await asyncio.to_thread(ear.wait, lambda: ear.ended, 5)
        assert time.monotonic() - started < 1
        await asyncio.to_thread(ear.shut)
        await house.until(
            lambda: (
                house.parts.health()[0].counters["starts"] == 2
                and house.parts.health()[0].ok
            )
        )
        assert await let_in(house, login) is None


async def test_all_are_turned_out_at_once_when_everything_is_paused(tmp_path):
    house = House(tmp_path)
    async with house.running():
        ears = []
        for _ in range(20):
            service, _given = await house.give(COACH, terms("30min"))
            ear = Ear(house.port, await house.login(service))
            await asyncio.to_thread(ear.open)
            ears.append(ear)
        started = time.monotonic()
        await asyncio.to_thread(house.consents.pause)
        for ear in ears:
            await asyncio.to_thread(ear.wait, lambda ear=ear: ear.ended, 5)
        assert time.monotonic() - started < 1
        for ear in ears:
            await asyncio.to_thread(ear.shut)
