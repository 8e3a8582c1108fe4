"""A broker in memory for the outputs' tests: it records, and keeps what is retained."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from typing import NamedTuple

import orjson

from edge.broker.publisher import Message
from edge.errors import BrokerLost, PublishRefused, SubscribeRefused


class Sent(NamedTuple):
    topic: str
    payload: bytes
    qos: int
    retain: bool
    expiry_s: int | None

    @property
    def document(self):
        return orjson.loads(self.payload)


class Inbox:
    def __init__(self) -> None:
        self.waiting: deque[Message] = deque()
        self.news = asyncio.Event()

    def put(self, message: Message) -> None:
        self.waiting.append(message)
        self.news.set()

    def __aiter__(self):
        return self

    async def __anext__(self) -> Message:
        while not self.waiting:
            self.news.clear()
            await self.news.wait()
        return self.waiting.popleft()


class Broker:
    """Acknowledges at once unless told otherwise; `full`: the socket takes no more."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.retained: dict[str, bytes] = {"releve/status": b"online"}
        self.full = False
        self.lost_after: int | None = None
        self.refused: str | None = None
        self.unreadable = False
        self.filters: list[str] = []
        self.inboxes: list[Inbox] = []

    async def publish(self, topic, payload, *, qos=0, retain=False, expiry_s=None):
        await asyncio.sleep(0)
        if self.lost_after is not None:
            if self.lost_after <= 0:
                raise BrokerLost("gone")
            self.lost_after -= 1
        if self.refused is not None and topic.startswith(self.refused):
            raise PublishRefused("no")
        self._take(Sent(topic, payload, qos, retain, expiry_s))

    def post(self, topic, payload, *, retain=False, expiry_s=None) -> bool:
        if self.full:
            return False
        self._take(Sent(topic, payload, 0, retain, expiry_s))
        return True

    def _take(self, sent: Sent) -> None:
        self.sent.append(sent)
        if sent.retain:
            if sent.payload:
                self.retained[sent.topic] = sent.payload
            else:
                self.retained.pop(sent.topic, None)

    async def subscribe(self, topic, qos=0):  # noqa: ARG002 - the protocol's
        if self.unreadable:
            raise SubscribeRefused("no")
        self.filters.append(topic)
        pattern = re.compile(re.escape(topic).replace(r"\+", "[^/]+"))
        for name, payload in list(self.retained.items()):
            if pattern.fullmatch(name):
                self.say(name, payload, retain=True)

    def say(self, topic, payload, *, retain=False) -> None:
        for inbox in self.inboxes:
            inbox.put(Message(topic, payload, retain))

    def messages(self):
        inbox = Inbox()
        self.inboxes.append(inbox)
        return inbox

    def of(self, start: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.topic.startswith(start)]

    def bare(self, meter="linky") -> dict[str, bytes]:
        start = f"releve/{meter}/live/"
        return {
            topic.removeprefix(start): payload
            for topic, payload in self.retained.items()
            if topic.startswith(start)
        }


async def until(true, seconds=60.0):
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - asks until it is so, of anything
            await asyncio.sleep(0.005)


class Running:
    """An output that runs on a broker for the length of a `with` block."""

    def __init__(self, output, broker) -> None:
        self.output, self.broker = output, broker

    async def __aenter__(self):
        self.task = asyncio.create_task(self.output.run(self.broker))
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
