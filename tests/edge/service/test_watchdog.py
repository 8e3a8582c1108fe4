"""Systemd hears from us only while both the reader and the journal move."""

import asyncio
import socket

import pytest

from edge.service.notify import notify, watchdog_seconds
from edge.service.watchdog import Watchdog


def watchdog(beats, now_s, **kwargs):
    return Watchdog(
        beats={name: lambda at=at: int(at * 1e9) for name, at in beats.items()},
        limit_s=60,
        monotonic_ns=lambda: int(now_s * 1e9),
        **kwargs,
    )


def test_nothing_is_stuck_while_both_move():
    assert watchdog({"reader": 100, "journal": 90}, now_s=120).stuck() == []


@pytest.mark.parametrize("stuck", ["reader", "journal"])
def test_either_one_stuck_is_named(stuck):
    beats = {"reader": 100, "journal": 100} | {stuck: 10}
    assert watchdog(beats, now_s=100).stuck() == [stuck]


async def run_once(beats):
    said = []

    async def stop_after_one(_):
        raise asyncio.CancelledError

    part = watchdog(beats, now_s=100, sleep=stop_after_one, tell=said.append)
    with pytest.raises(asyncio.CancelledError):
        await part.run()
    return said


async def test_a_sign_of_life_is_given_while_both_move():
    assert await run_once({"reader": 99, "journal": 99}) == ["WATCHDOG=1"]


async def test_no_sign_of_life_is_given_while_one_is_stuck():
    assert await run_once({"reader": 99, "journal": 1}) == ["STATUS=stuck: journal"]


def test_systemd_receives_what_we_say(tmp_path, monkeypatch):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        assert notify("READY=1")
        assert systemd.recv(100) == b"READY=1"


@pytest.mark.timeout(180)
def test_a_systemd_that_does_not_listen_holds_nothing_up(tmp_path, monkeypatch):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        heard = 0
        while notify(f"STATUS={heard}"):
            heard += 1
        assert heard
        assert systemd.recv(100) == b"STATUS=0"


def test_without_systemd_nothing_is_said(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")


def test_a_systemd_that_went_away_harms_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    assert not notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "@releve-test-that-nobody-bound")
    assert not notify("READY=1")


def test_the_watchdogs_period_is_read(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert watchdog_seconds() == 60
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert watchdog_seconds() is None
    monkeypatch.delenv("WATCHDOG_USEC")
    assert watchdog_seconds() is None
