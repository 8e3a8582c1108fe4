"""Two homes equal in what a Cozy may see, and other in all else: the same bytes."""

from __future__ import annotations

import orjson
import pytest

from edge.interval import Step
from tests.attacks.twin_home import LINKY, NOW_MS, TwinReads, paris
from tests.real.cozy_house import CozyHome, Server, by_cozy

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

SEVEN_MS = paris("2026-10-27T07:00:03+01:00")
HOUR_MS = 3_600_000
HOME = "0a1b2c3d"


async def sent(path, name, grain, wanted):
    """Give all that a home ever sent to its Cozy, and the requests that it took."""
    server = Server(path / f"cozy-{name}")
    await server.start()
    reads = TwinReads(name, Step(grain))
    reads.window_ms = paris("2026-09-26T00:00:00+02:00")
    home = CozyHome(path / name, server, reads)
    home.open()
    found = []
    try:
        async with home.running():
            await home.connect(wanted, home=HOME)
            for at_ms in (NOW_MS, NOW_MS + HOUR_MS, SEVEN_MS, SEVEN_MS + 24 * HOUR_MS):
                await home.to(at_ms)
                await home.quiet()
                told = await server.told()
                docs = orjson.dumps(told["docs"], option=orjson.OPT_SORT_KEYS)
                found.append((without_chance(docs), len(told["asked"])))
    finally:
        home.close()
        await server.end()
    return found


def without_chance(docs):
    """Take the revisions' chance out: it is the Cozy's."""
    for kind in (document := orjson.loads(docs)).values():
        for one in kind.values():
            one["_rev"] = one["_rev"].partition("-")[0]
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize("grain", ["day", "month"])
async def test_two_homes_that_differ_within_what_is_granted_send_the_same(
    tmp_path, grain
):
    wanted = by_cozy(grain, history="P1M")
    a = await sent(tmp_path, "a", grain, wanted)
    b = await sent(tmp_path, "b", grain, wanted)
    assert a == b
    assert grain == "month" or LINKY.encode() in a[-1][0]


async def test_two_homes_that_differ_in_what_is_granted_do_not(tmp_path):
    wanted = by_cozy("30min", history="P7D")
    assert await sent(tmp_path, "a", "day", wanted) != (
        await sent(tmp_path, "b", "day", wanted)
    )
