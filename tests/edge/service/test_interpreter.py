"""The interpreter is set for live values while a home runs, then set back."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref

from edge.service.interpreter import SELDOM, SWITCH_S, settle, tidy, tuned


def test_it_is_set_and_set_back():
    before = sys.getswitchinterval(), gc.get_threshold()
    with tuned():
        settle()
        assert abs(sys.getswitchinterval() - SWITCH_S) < 1e-6
        assert gc.get_threshold()[2] == SELDOM
        assert gc.get_freeze_count()
    assert (sys.getswitchinterval(), gc.get_threshold()) == before
    assert not gc.get_freeze_count()


class Ring:
    def __init__(self):
        self.me = self


async def test_what_no_longer_serves_is_let_go_all_the_same():
    ring = Ring()
    gc.collect()  # it is old now, and only a whole look finds it
    gone = asyncio.Event()
    weakref.finalize(ring, gone.set)
    with tuned():
        del ring
        tidying = asyncio.create_task(tidy(every_s=0))
        async with asyncio.timeout(60):
            await gone.wait()
        tidying.cancel()
