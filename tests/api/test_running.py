"""Running: a connection is cut by the oldest that its bytes may go by."""

from __future__ import annotations

import asyncio

from api.running import Line, Running
from edge.consent.records import Grant

OLD, NEW = Grant("s1", 1, ()), Grant("s1", 2, ())


async def test_who_asks_again_between_a_change_and_the_cut_is_cut_all_the_same():
    resets: list[str] = []
    line, other = Line(lambda: resets.append("line")), Line(lambda: resets.append("?"))
    running = Running(lambda grant, _family: grant == NEW)
    running.enter(OLD, "f", line)
    running.changed(frozenset({"s1"}))
    running.enter(NEW, "f", line)  # pipelined: what OLD was shown may still wait
    running.enter(NEW, "f", other)
    await asyncio.sleep(0)
    assert resets == ["line"]


async def test_a_line_that_is_gone_is_neither_kept_nor_cut():
    resets: list[str] = []
    line = Line(lambda: resets.append("line"))
    running = Running(lambda _grant, _family: False)
    running.enter(OLD, "f", line)
    running.enter(OLD, "f", None)
    line.close()
    assert not running._lines
    running.changed(frozenset({"s1", "s2"}))
    await asyncio.sleep(0)
    assert not resets


def test_a_change_after_the_loop_has_ended_is_nobodys():
    running = Running(lambda _grant, _family: False)
    running.changed(frozenset({"s1"}))

    async def once() -> None:
        running.enter(OLD, "f", Line(lambda: None))

    asyncio.run(once())
    running.changed(frozenset({"s1"}))
