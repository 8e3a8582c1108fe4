"""What the broker keeps on some topics: read back when a connection is new."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection

from edge.broker.publisher import Publisher
from edge.errors import SubscribeRefused

log = logging.getLogger(__name__)

PATIENCE_S = 5.0


class Kept:
    """Reads retained messages back; one reader at a time.

    `fence` is a topic on which something is retained for certain: a broker gives what
    it keeps in the order of the subscriptions, so when it comes all else has come.
    """

    def __init__(self, fence: str) -> None:
        self._fence = fence
        # another's fence would end our reading too soon
        self._turn = asyncio.Lock()

    async def read(
        self, publisher: Publisher, filters: Collection[str]
    ) -> dict[str, bytes] | None:
        """Give what is retained, by topic; None when we may not read it."""
        async with self._turn:
            messages = publisher.messages()
            try:
                for each in (*filters, self._fence):
                    await publisher.subscribe(each)
            except SubscribeRefused as error:
                log.info("%s", error)
                return None
            found: dict[str, bytes] = {}
            try:
                async with asyncio.timeout(PATIENCE_S):
                    async for message in messages:
                        if message.topic == self._fence:
                            return found
                        if message.retain and message.payload:
                            found[message.topic] = message.payload
            except TimeoutError:
                log.warning("the broker gives nothing back of what it keeps for us")
            return None
