"""What the broker keeps of a meter whose last word was erased: taken away."""

from __future__ import annotations

import asyncio

from edge.broker.publisher import Publisher
from edge.bus import Bus
from edge.errors import BrokerLost
from edge.outputs.kept import Kept
from edge.outputs.topics import Topics


class ForgettingOutput:
    """Empties the topics on which a meter's values stand; asked while connected."""

    def __init__(self, bus: Bus, topics: Topics, kept: Kept) -> None:
        self._bus, self._topics, self._kept = bus, topics, kept
        self._publisher: Publisher | None = None

    async def run(self, publisher: Publisher) -> None:
        """Be there while the connection lasts."""
        self._publisher = publisher
        try:
            await asyncio.Event().wait()
        finally:
            self._publisher = None

    def stands(self, meter: str, end_ms: int) -> bool:
        """Tell whether what stands of a meter may have been said before an instant."""
        latest = self._bus.latest.get(meter)
        return latest is None or latest.at_ms < end_ms

    async def forget(self, meter: str) -> int:
        """Take away what stands of a meter; give how many topics; raise BrokerLost."""
        publisher = self._publisher
        if publisher is None:
            raise BrokerLost("the broker isn't reached", hint="it is asked again")
        found = await self._kept.read(publisher, [self._topics.bare(meter, "+")])
        if found is None:
            raise BrokerLost(
                "the broker doesn't let us read what it keeps",
                hint="allow our login to read its own topics",
            )
        for topic in found:
            await publisher.publish(topic, b"", qos=1, retain=True)
        return len(found)
