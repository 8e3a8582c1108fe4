"""What services ask on their request topic, and are answered on their own alone.

Whose a question is, its topic says: the broker lets nobody else publish there. Where
the answer goes, nothing of the question says.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import orjson

from edge.broker.hearing import matches
from edge.broker.passes import Pass
from edge.broker.publisher import Message, Publisher
from edge.calendar import Calendar
from edge.errors import BrokerLost, EdgeError
from edge.interval import Step
from edge.outputs.services.answers import Answers
from edge.outputs.services.home import Home
from edge.outputs.services.messages import Messages
from edge.outputs.services.question import Asking, NotUnderstood
from edge.turn import in_turn

log = logging.getLogger(__name__)

WAITING = 16
"""Questions of one service that may wait; more are not heard."""
BURST, EACH_S = 10, 1.0
"""How many a service may ask at once, and how long until it may ask one more."""
CORRELATION_MOST = 128
ANSWER_S = 300
"""How long an answer may wait to be read, at most."""
BAD = orjson.dumps({"error": "bad_request"})
BUSY = orjson.dumps({"error": "too_many_requests"})


@dataclass(slots=True)
class Asker:
    """One service's questions that wait, and how many more it may ask."""

    waiting: deque[tuple[Message, bool]] = field(default_factory=deque)
    left: float = BURST
    at_s: float = 0.0
    task: asyncio.Task[None] | None = None

    def may(self, now_s: float) -> bool:
        """Take one of what it may ask; False for one too many."""
        self.left = min(BURST, self.left + (now_s - self.at_s) / EACH_S)
        self.at_s = now_s
        if self.left < 1:
            return False
        self.left -= 1
        return True


class ServicesRequests:
    """Answers questions one at a time a service; also the fence of a new login."""

    def __init__(
        self,
        answers: Answers,
        home: Home,
        messages: Messages,
        sending: asyncio.Lock,
        *,
        now_s: Callable[[], float] = monotonic,
    ) -> None:
        self._answers, self._home, self._messages = answers, home, messages
        self._sending, self._now_s = sending, now_s
        self._filter = messages.requests
        self._askers: dict[str, Asker] = {}
        self._publisher: Publisher | None = None
        self.counters: Counter[str] = Counter()

    async def run(self, publisher: Publisher) -> None:
        """Answer while the connection lasts."""
        inbox = publisher.messages()
        await publisher.subscribe(self._filter, qos=1)
        self._publisher = publisher
        try:
            async for message in inbox:
                if matches(self._filter, message.topic) and message.payload:
                    self._hear(publisher, message)
        finally:
            self._publisher = None
            for asker in self._askers.values():
                if asker.task is not None:
                    asker.task.cancel()
            self._askers.clear()

    async def fence(self) -> None:
        """Return once the broker has all that was sent by an older grant."""
        if self._publisher is None:
            return
        async with self._sending:  # what is acknowledged
            pass
        try:  # and what isn't: it answers in the order in which it was told
            await self._publisher.subscribe(self._filter, qos=1)
        except (BrokerLost, AttributeError):
            return  # with its connection it is gone

    async def clear(self, service: str) -> None:
        """Take away what a service left retained on its request topic."""
        if self._publisher is None:
            return
        topic = self._messages.branch(service).request
        try:
            await self._publisher.publish(topic, b"", qos=1, retain=True)
        except EdgeError:
            return

    def _hear(self, publisher: Publisher, message: Message) -> None:
        service = self._messages.asker(message.topic)
        held = self._home.holding(service)
        if held is None or message.retain:
            return
        own = self._messages.branch(service).response
        if message.reply_to not in (None, own):
            self.counters["elsewhere"] += 1
            return
        if len(message.correlation or b"") > CORRELATION_MOST:
            return
        asker = self._askers.setdefault(service, Asker(at_s=self._now_s()))
        if len(asker.waiting) >= WAITING:
            self.counters["unheard"] += 1
            return
        may = asker.may(self._now_s())
        self.counters["too_many"] += not may
        asker.waiting.append((message, may))
        if asker.task is None or asker.task.done():
            asker.task = asyncio.create_task(self._serve(publisher, service, asker))

    async def _serve(self, publisher: Publisher, service: str, asker: Asker) -> None:
        while asker.waiting:
            message, may = asker.waiting.popleft()
            held = self._home.holding(service)
            if held is None:
                asker.waiting.clear()
                return
            try:
                payload = await self._payload(service, message) if may else BUSY
                await self._say(publisher, service, held[1], message, payload)
            except BrokerLost:
                return
            except EdgeError as error:
                log.info("a question of %s is not answered: %s", service, error)

    async def _payload(self, service: str, message: Message) -> bytes:
        held = self._home.holding(service)
        if held is None:
            return BAD
        try:
            asked = Asking.read(message.payload)
        except NotUnderstood:
            return BAD
        now_ms = self._home.decisions.now_ms()
        answer = self._answers.answer
        payload, readings = await in_turn(answer, held[0], asked, now_ms)
        if self._home.holding(service) == held:
            self._home.note(service, readings)
        return payload

    async def _say(
        self,
        publisher: Publisher,
        service: str,
        login: Pass,
        message: Message,
        payload: bytes,
    ) -> None:
        async with self._sending:
            held = self._home.holding(service)
            if held is None or held[1] != login:
                return  # what it was asked by is no more
            await publisher.publish(
                self._messages.branch(service).response,
                payload,
                qos=1,
                expiry_s=self._expiry_s(),
                correlation=message.correlation,
            )
        self.counters["answered"] += 1

    def _expiry_s(self) -> int:
        """Give how long an answer may wait: at midnight the window shows less."""
        now_ms = self._home.decisions.now_ms()
        _, midnight_ms = Calendar(self._home.zone).interval(Step.DAY, now_ms)
        return max(1, min(ANSWER_S, (midnight_ms - now_ms) // 1000))
