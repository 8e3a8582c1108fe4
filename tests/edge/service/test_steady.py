"""What ran long has recovered: its next failure is tried again soon."""

from __future__ import annotations

import asyncio

import pytest

from edge.broker import session
from edge.broker.address import parse_url
from edge.broker.session import Session
from edge.service import supervisor
from edge.service.supervisor import Supervisor

FAILURES = 6


async def test_a_part_that_ran_long_waits_no_longer_than_at_first(monkeypatch):
    monkeypatch.setattr(supervisor, "STEADY_S", -1.0)  # each run is long enough
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    async def run():
        if len(waits) < FAILURES:
            raise OSError("unplugged")

    await Supervisor(sleep).keep("linky", run)
    assert len(waits) == FAILURES
    assert max(waits) <= supervisor.FIRST_DELAY_S * 1.2


async def test_a_connection_that_lasted_is_tried_again_soon(monkeypatch):
    monkeypatch.setattr(session, "STEADY_S", -1.0)
    waits = []

    async def sleep(seconds):
        waits.append(seconds)
        if len(waits) == FAILURES:
            raise asyncio.CancelledError

    address, login = parse_url("mqtt://127.0.0.1:1", None)
    with pytest.raises(asyncio.CancelledError):
        await Session(address, login, client_id="releve", sleep=sleep).run()
    assert max(waits) <= session.FIRST_DELAY_S * 1.5
