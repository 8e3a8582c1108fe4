"""What the broker sends, for each who listens."""

from __future__ import annotations

import asyncio
from collections import deque
from weakref import WeakSet

from edge.broker.publisher import Message
from edge.errors import BrokerLost

KEPT = 256
"""Messages kept for one who is slow; the oldest go first."""


class Inbox:
    """One listener's messages, in order; an iterator that ends by BrokerLost."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self._end: BrokerLost | None = None

    def put(self, message: Message) -> None:
        """Add a message; the oldest goes when there are too many."""
        self._messages.append(message)
        self._news.set()

    def end(self, error: BrokerLost) -> None:
        """Say that no more comes."""
        self._end = error
        self._news.set()

    def __aiter__(self) -> Inbox:
        return self

    async def __anext__(self) -> Message:
        while not self._messages:
            if self._end is not None:
                raise self._end
            self._news.clear()
            await self._news.wait()
        return self._messages.popleft()


class Inboxes:
    """All who listen; one who let go of its inbox is forgotten."""

    def __init__(self) -> None:
        self._all: WeakSet[Inbox] = WeakSet()

    def open(self) -> Inbox:
        """Give a new inbox, for what comes from now on."""
        inbox = Inbox()
        self._all.add(inbox)
        return inbox

    def put(self, message: Message) -> None:
        """Give each a message."""
        for inbox in self._all:
            inbox.put(message)

    def end(self, error: BrokerLost) -> None:
        """Say to each that no more comes."""
        for inbox in self._all:
            inbox.end(error)
