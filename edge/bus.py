"""Live values, in memory: a slow subscriber loses its own oldest and no one else's."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from edge.event import Event
from edge.sample import Sample

Live: TypeAlias = Sample | Event


class Subscription:
    """One subscriber's own window on the bus; iterate over it for what comes."""

    def __init__(self, capacity: int) -> None:
        self._waiting: deque[Live] = deque(maxlen=capacity)
        self._wake = asyncio.Event()
        self.lost = 0

    def offer(self, item: Live) -> None:
        """Take one item, dropping this subscriber's oldest when it is full."""
        if len(self._waiting) == self._waiting.maxlen:
            self.lost += 1
        self._waiting.append(item)
        self._wake.set()

    async def __aiter__(self) -> AsyncIterator[Live]:
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            self._wake.clear()
            await self._wake.wait()


class Bus:
    """What is true now: publish never waits, each meter's last sample stays."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._listeners: set[Callable[[Live], None]] = set()
        self.latest: dict[str, Sample] = {}

    def publish(self, item: Live) -> None:
        """Hand an item to every subscriber at once; called on the event loop."""
        if isinstance(item, Sample):
            self.latest[item.meter] = item
        for listener in tuple(self._listeners):
            listener(item)
        for subscription in self._subscriptions:
            subscription.offer(item)

    def forget(self, meter: str, start_ms: int, end_ms: int) -> None:
        """Let go of a meter's last sample, if it is of [start, end)."""
        last = self.latest.get(meter)
        if last is not None and start_ms <= last.at_ms < end_ms:
            del self.latest[meter]

    @contextmanager
    def subscribe(self, capacity: int = 64) -> Iterator[Subscription]:
        """Give a subscription for the length of the `with` block."""
        subscription = Subscription(capacity)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    @contextmanager
    def listen(self, listener: Callable[[Live], None]) -> Iterator[None]:
        """Have a function told of each item at once, for the length of the block.

        Nothing waits for it and nothing is lost, so it must be quick and never raise.
        """
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    @property
    def subscribers(self) -> int:
        """Count who listens."""
        return len(self._subscriptions)
