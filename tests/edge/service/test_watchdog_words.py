"""What is stuck is said once, not each quarter of the limit."""

from __future__ import annotations

import asyncio

import pytest

from edge.service.watchdog import Watchdog


async def test_what_stays_stuck_is_said_once_and_what_joins_it_anew():
    beats = {"reader": 100, "journal": 0}
    said, turns = [], iter([{}, {"reader": 0}])

    async def sleep(_):
        try:
            beats.update(next(turns))
        except StopIteration:
            raise asyncio.CancelledError from None

    part = Watchdog(
        {name: lambda name=name: beats[name] * 10**9 for name in beats},
        limit_s=60,
        monotonic_ns=lambda: 100 * 10**9,
        sleep=sleep,
        tell=said.append,
    )
    with pytest.raises(asyncio.CancelledError):
        await part.run()
    assert said == ["STATUS=stuck: journal", "STATUS=stuck: reader, journal"]
