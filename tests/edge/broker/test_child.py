"""A broker as a child process: what it says, and how it ends."""

from __future__ import annotations

import asyncio

import pytest

from edge.broker import child as child_
from edge.broker.accounts import home
from edge.broker.address import Address
from edge.broker.child import Child, end_orphan
from edge.broker.managed import ManagedBroker
from edge.broker.mosquitto import Mosquitto
from edge.errors import BrokerError

ADDRESS, ACCOUNTS = Address("127.0.0.1", 1), home("releve", "homeassistant")
RUNS = "echo mosquitto version 2.0.11 running >&2"


@pytest.fixture
def start(tmp_path):
    """Start a program of shell lines in Mosquitto's place."""

    async def run(*lines):
        program = tmp_path / "mosquitto"
        program.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
        program.chmod(0o755)
        return await Child.start(
            Mosquitto(program, tmp_path / "plugin"), tmp_path / "mosquitto.conf"
        )

    return run


async def test_one_that_runs_is_ended_and_its_note_with_it(start, tmp_path):
    child = await start(RUNS, "exec sleep 60")
    note = (tmp_path / "mosquitto.pid").read_text().split()
    assert note[0] == str(child.pid)
    await child.end()
    assert not (tmp_path / "mosquitto.pid").exists()
    await child.ended()
    assert "code -15" in str(child.error())


async def test_one_that_does_not_want_to_end_is_killed(start, monkeypatch):
    monkeypatch.setattr(child_, "END_S", 0.2)
    child = await start("trap '' TERM", RUNS, "while :; do sleep 0.05; done")
    await child.end()
    assert "code -9" in str(child.error())


async def test_one_that_does_not_say_that_it_listens_is_ended(start, monkeypatch):
    monkeypatch.setattr(child_, "START_S", 0.2)
    with pytest.raises(BrokerError, match=r"does not say.*said nothing"):
        await start("exec sleep 60")


async def test_one_that_fails_is_told_in_its_own_words(start):
    with pytest.raises(BrokerError, match=r"code 3.*Error: no plugin"):
        await start("echo starting >&2", "echo Error: no plugin >&2", "exit 3")
    with pytest.raises(BrokerError, match=r"code 3.*two; three"):
        await start("printf 'one\\ntwo\\nthree\\n' >&2", "exit 3")


async def test_a_line_without_an_end_is_passed_over(start, monkeypatch):
    monkeypatch.setattr(child_, "LINE_BYTES", 100)
    long = "head -c 100000 /dev/zero | tr '\\0' x >&2"
    child = await start(long, "echo >&2", RUNS, "exec sleep 60")
    await child.end()


async def test_a_program_that_is_none_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # no setpriv either
    with pytest.raises(BrokerError, match="can't be started: No such file"):
        await Child.start(
            Mosquitto(tmp_path / "none", tmp_path / "plugin"), tmp_path / "conf"
        )


async def test_an_orphan_that_does_not_want_to_end_is_killed(
    start, tmp_path, monkeypatch
):
    monkeypatch.setattr(child_, "END_S", 0.3)
    orphan = await start("trap '' TERM", RUNS, "while :; do sleep 0.05; done")
    await end_orphan(tmp_path / "mosquitto.pid", tmp_path / "mosquitto.conf")
    await orphan.ended()
    assert "code -9" in str(orphan.error())
    await orphan.end()


async def test_what_runs_inside_and_fails_is_told_to_who_runs_it(tmp_path):
    def none():
        raise BrokerError("there is no Mosquitto")

    broker = ManagedBroker(tmp_path / "b", "127.0.0.1", ADDRESS, ACCOUNTS, finder=none)

    async def inside():
        while "no Mosquitto" not in broker.health().detail:  # noqa: ASYNC110 - see below
            await asyncio.sleep(0.01)  # asks until the broker was tried
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        await broker.run(inside)
    assert not broker.health().ok
