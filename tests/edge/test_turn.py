"""Of all background work one thread computes at a time, and none holds a server up."""

from __future__ import annotations

import asyncio
import threading

import pytest

from edge.turn import Turn, in_turn


async def test_work_in_turn_never_overlaps():
    at_once, most = 0, 0

    def work():
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        threading.Event().wait(0.002)
        at_once -= 1

    await asyncio.gather(*(in_turn(work) for _ in range(8)))
    assert most == 1


async def test_it_gives_what_the_work_gives_and_raises_what_it_raises():
    assert await in_turn(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await in_turn(divmod, 7, 0)
    assert await in_turn(divmod, 8, 2) == (4, 0)


def test_who_waits_for_a_server_lets_others_compute():
    turn, waiting, computed = Turn(), threading.Event(), threading.Event()

    def ask():
        with turn.taken(), turn.aside():
            waiting.set()
            assert computed.wait(5)

    asking = threading.Thread(target=ask)
    asking.start()
    assert waiting.wait(5)
    with turn.taken():
        computed.set()
    asking.join(5)
    assert not asking.is_alive()


def test_aside_outside_a_turn_and_a_turn_inside_a_turn_change_nothing():
    turn = Turn()
    with turn.aside(), turn.taken(), turn.taken():
        pass
    with turn.taken():
        pass
