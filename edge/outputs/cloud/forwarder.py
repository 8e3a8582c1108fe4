"""The way to one cloud while its broker is connected: claimed first, then spoken on."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence

from edge.broker.publisher import Output, Publisher
from edge.errors import BrokerLost
from edge.outputs.cloud.claim import Claim, ClaimTaken

log = logging.getLogger(__name__)

JITTER_S = 5.0
"""Homes that lost one broker together don't come back to it together."""


class Forwarder:
    """Runs outputs while a prefix is this home's; `refused` says why it isn't."""

    def __init__(
        self,
        claim: Claim,
        outputs: Sequence[Output],
        *,
        jitter_s: float = JITTER_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._claim, self._outputs = claim, tuple(outputs)
        self._jitter_s, self._sleep = jitter_s, sleep
        self.refused = ""

    async def run(self, publisher: Publisher) -> None:
        """Claim the prefix, and speak there while the connection lasts."""
        while True:
            try:
                await self._speak(publisher)
            except ClaimTaken as error:
                if not self.refused:
                    log.warning("nothing is said to a cloud: %s", error)
                self.refused = str(error)
                await self._claim.freed()

    async def _speak(self, publisher: Publisher) -> None:
        inbox = await self._claim.take(publisher)
        self.refused = ""
        await self._sleep(random.uniform(0, self._jitter_s))  # noqa: S311 - not secret
        tasks = [asyncio.ensure_future(self._claim.watch(publisher, inbox))]
        tasks += [asyncio.ensure_future(one.run(publisher)) for one in self._outputs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        raise BrokerLost("what is said to the cloud ended")
