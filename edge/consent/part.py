"""The part of the service that has time do its work on consents."""

from __future__ import annotations

import asyncio

from edge.consent.consents import Consents
from edge.consent.credentials import Credentials

EACH_S = 0.5
"""What is over is so for every channel within a second: half of it is for them."""


async def judge(consents: Consents, credentials: Credentials) -> None:
    """Expire what time has ended, and take ended tokens off the disk, for ever."""
    while True:
        await asyncio.to_thread(consents.expire)
        await asyncio.to_thread(credentials.settle)
        await asyncio.sleep(EACH_S)
