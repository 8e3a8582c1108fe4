"""Whose a prefix is: a broker may serve many homes, and no two share one.

A retained word says it. Of two homes that come at one moment, the one whose word the
broker took last has it, and the other sees that it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import orjson

from edge.broker.publisher import Message, Publisher
from edge.errors import EdgeError

SETTLE_S = 2.0
"""How long a broker may take to say what it keeps."""
BYTES_MOST = 1024


class ClaimTaken(EdgeError):
    """Raised when another home has the prefix: nothing is said there by us."""

    def __init__(self, prefix: str) -> None:
        super().__init__(
            f"another home publishes under {prefix}",
            hint="give this one a prefix of its own; if the other is this home as it"
            " was before, `releve cloud claim` takes it over",
        )


class Claim:
    """One home's word on one prefix; `held` while it is ours."""

    def __init__(self, topic: str, home: str, *, settle_s: float = SETTLE_S) -> None:
        self._topic, self._settle_s = topic, settle_s
        self._home = home
        self._inbox: AsyncIterator[Message] | None = None
        self.held = False

    async def take(
        self, publisher: Publisher, *, over: bool = False
    ) -> AsyncIterator[Message]:
        """Have the prefix be ours, `over` another home if need be.

        Gives what comes from now on, to be watched. Raises ClaimTaken, and what a
        publisher raises.
        """
        self.held = False
        self._inbox = inbox = publisher.messages()
        await publisher.subscribe(self._topic, qos=1)
        found = await self._last(inbox, self._settle_s)
        if found not in (None, self._home) and not over:
            raise ClaimTaken(self._prefix)
        if found != self._home:
            await self._say(publisher)
            if await self._last(inbox, self._settle_s, whole=True) != self._home:
                raise ClaimTaken(self._prefix)
        self.held = True
        return inbox

    async def watch(self, publisher: Publisher, inbox: AsyncIterator[Message]) -> None:
        """Raise ClaimTaken once another home takes it; say it anew if it is lost."""
        try:
            async for message in inbox:
                if message.topic != self._topic:
                    continue
                holder = _holder(message)
                if holder is None:
                    await self._say(publisher)
                elif holder != self._home:
                    raise ClaimTaken(self._prefix)
        finally:
            self.held = False

    async def freed(self) -> None:
        """Return once another home, which has it, lets go of it."""
        if self._inbox is not None:
            async for message in self._inbox:
                ours = _holder(message) in (None, self._home)
                if message.topic == self._topic and ours:
                    return

    async def release(self, publisher: Publisher) -> None:
        """Leave the prefix to others."""
        self.held = False
        await publisher.publish(self._topic, b"", qos=1, retain=True)

    @property
    def _prefix(self) -> str:
        return self._topic.rpartition("/")[0]

    async def _say(self, publisher: Publisher) -> None:
        word = orjson.dumps({"home": self._home})
        await publisher.publish(self._topic, word, qos=1, retain=True)

    async def _last(
        self, inbox: AsyncIterator[Message], within_s: float, *, whole: bool = False
    ) -> str | None:
        """Give the last word heard: the first that comes, or of the `whole` time."""
        holder = None
        try:
            async with asyncio.timeout(within_s):
                async for message in inbox:
                    if message.topic == self._topic:
                        holder = _holder(message)
                        if not whole:
                            break
        except TimeoutError:
            pass
        return holder


def _holder(message: Message) -> str | None:
    """Give whose word it is; what can't be read is somebody's all the same."""
    if not message.payload:
        return None
    if len(message.payload) <= BYTES_MOST:
        try:
            document = orjson.loads(message.payload)
            if isinstance(document, dict) and isinstance(document.get("home"), str):
                return str(document["home"])
        except ValueError:
            pass
    return "unknown"
