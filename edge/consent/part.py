"""The part of the service that has time do its work on consents."""

from __future__ import annotations

import asyncio

from edge.consent.consents import Consents

EACH_S = 0.5
"""What is over is so for every channel within a second: half of it is for them."""


async def judge(consents: Consents) -> None:
    """Expire what time has ended, for ever."""
    while True:
        await asyncio.to_thread(consents.expire)
        await asyncio.sleep(EACH_S)
