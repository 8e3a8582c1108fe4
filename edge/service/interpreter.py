"""How the interpreter is set while a home runs: what is live waits for nothing long.

Measured by bench/catch_up.py, while thirty days were caught up: a look through all
objects held every live value up for 13 ms, five times a second; and a thread that
computes kept the loop waiting for Python's own 5 ms, each time that it came back.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_S = 0.0005
"""How long who computes may go on while another thread waits."""
SELDOM = 1_000_000
"""Middle collections before a whole one, of which `tidy` makes its own."""
EVERY_S = 600.0


@contextmanager
def tuned() -> Iterator[None]:
    """Set it for the time of the block, and as it was afterwards."""
    switch_s, (young, middle, old) = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(young, middle, SELDOM)
    try:
        yield
    finally:
        sys.setswitchinterval(switch_s)
        gc.set_threshold(young, middle, old)
        gc.unfreeze()


def settle() -> None:
    """Leave out from now on what is loaded by now: it stays."""
    gc.collect()
    gc.freeze()


async def tidy(every_s: float = EVERY_S) -> None:
    """Look through all that has lasted now and then, for ever."""
    while True:
        await asyncio.sleep(every_s)
        gc.collect()
