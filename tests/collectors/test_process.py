"""The process that runs collectors: what is due, what was mended, what broke."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial

from made_runner import ROW

from collectors import Reason, past
from collectors.carried import Carried
from collectors.process import Process


async def until(event, process):
    """Run a process until something has happened."""
    stop = asyncio.Event()
    running = asyncio.create_task(process.run(stop))
    async with asyncio.timeout(20):
        await event.wait()
    stop.set()
    await running


async def test_the_process_runs_what_is_due_and_tells(made):
    made.now = datetime.now(UTC)
    past.write(made.directory, "grdf", past.Past())
    runner = made.make()
    runner.draw = lambda: 0.0
    runner.past = past.Past(next_ms=round(made.now.timestamp() * 1000) + 1)
    await until(made.service.given, Process([runner], made.service))
    assert any("pasts" in message for message in made.service.heard)


async def test_a_secret_mended_meanwhile_is_found_by_the_look(made):
    made.now = datetime.now(UTC)
    await made.fails(Reason.PASSWORD)
    count = len(made.portal.asked)
    made.portal.answer = Carried("gas", None, [ROW])
    made.secret.write_text("a\nmended\n")
    await until(made.service.given, Process([made.runner], made.service))
    assert len(made.portal.asked) == count + 1


async def test_a_fault_of_ours_ends_no_process(made):
    made.now = datetime.now(UTC)
    made.portal.answer = RuntimeError("a fault")
    made.runner.past = past.Past(next_ms=round(made.now.timestamp() * 1000) + 1)
    made.runner.draw = lambda: 0.0
    await until(made.portal.called, Process([made.runner], made.service))
    assert made.runner.past.attempt_ms is not None


async def test_what_is_over_is_forgotten_before_anything_is_asked(made):
    made.now = datetime.now(UTC)
    forgot = []

    def forget():
        forgot.append(len(made.portal.asked))

    made.runner.past = past.Past(next_ms=round(made.now.timestamp() * 1000) + 1)
    made.runner.draw = lambda: 0.0
    process = Process([made.runner], made.service, forget=partial(forget))
    await until(made.portal.called, process)
    assert forgot[0] == 0
