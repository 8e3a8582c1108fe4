"""One connection to a broker, from its CONNACK to its end: the Publisher of outputs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.broker.address import Address, Login
from edge.broker.dial import dial
from edge.broker.inbox import Inboxes
from edge.broker.line import WHAT_IS_IT, Line, Will
from edge.broker.publisher import Message
from edge.broker.reasons import said
from edge.broker.wire import IN_FLIGHT, Wire, answering, expiring
from edge.errors import BrokerError, BrokerLost, PublishRefused, SubscribeRefused

CONNECT_S = 10.0
"""For the name, the socket, TLS and CONNACK together."""
ANSWER_S = 30.0
"""A broker that pings and acknowledges nothing for so long is taken for lost."""
POSTED = 256
"""Live messages that the socket may still have to take; more are dropped."""
HEAD_BYTES = 32
"""What a PUBLISH packet has besides topic and payload, at most."""


@dataclass(slots=True)
class Tally:
    """What a session sent over all its connections; only rises."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Connection:
    """Publishes and receives while it lasts; made by `open`, ended by `close`.

    Nothing is stored here: what is not acknowledged when it ends raises BrokerLost in
    who sent it.
    """

    def __init__(self, wire: Wire, tally: Tally) -> None:
        self._line, self._wire, self._tally = Line(wire, self._on_end), wire, tally
        self._answers: dict[int, asyncio.Future[list[ReasonCode]]] = {}
        self._posted: set[int] = set()
        self._in_flight: set[int] = set()
        self.window = IN_FLIGHT
        self._window = asyncio.Semaphore(IN_FLIGHT)
        self._inboxes = Inboxes()
        self._largest: int | None = None
        wire.on_publish = self._on_publish
        wire.on_subscribe = self._on_subscribe
        wire.on_message = self._on_message

    @classmethod
    async def open(
        cls,
        address: Address,
        login: Login | None,
        client_id: str,
        *,
        will: Will | None = None,
        tally: Tally | None = None,
    ) -> Connection:
        """Connect and be accepted; raise BrokerError in plain words, within 10 s."""
        try:
            async with asyncio.timeout(CONNECT_S):
                opened = await dial(address)
                self = cls(Wire(opened, client_id, login), tally or Tally())
                try:
                    self._agree(await self._line.greet(will))
                except BaseException:
                    self.abort()
                    opened.close()
                    raise
        except TimeoutError as error:
            raise BrokerError(
                f"{address} takes connections and does not answer as a broker",
                hint=WHAT_IS_IT,
            ) from error
        return self

    def _agree(self, granted: Properties) -> None:
        """Hold to what the broker said of itself in CONNACK."""
        if getattr(granted, "RetainAvailable", 1) == 0:
            raise _refusal(0x9A)
        if getattr(granted, "MaximumQoS", 1) == 0:
            raise _refusal(0x9B)
        window = getattr(granted, "ReceiveMaximum", IN_FLIGHT)
        self.window = max(1, min(window, IN_FLIGHT))
        self._window = asyncio.Semaphore(self.window)
        self._largest = getattr(granted, "MaximumPacketSize", None)

    async def publish(  # noqa: PLR0913 - what a message of MQTT 5 has
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 0,
        retain: bool = False,
        expiry_s: int | None = None,
        correlation: bytes | None = None,
    ) -> None:
        """Return once sent (QoS 0) or acknowledged (QoS 1); see Publisher."""
        if self._too_large(topic, payload):
            self._refuse(topic, 0x95)
        properties = (
            expiring(expiry_s)
            if correlation is None
            else answering(expiry_s, correlation)
        )
        if qos == 0:
            await self._sent(topic, payload, properties, retain=retain)
        else:
            reason = await self._acknowledged(topic, payload, properties, retain=retain)
            if reason.is_failure:
                self._refuse(topic, reason.value)
        self._tally.counts["published"] += 1

    async def _sent(
        self, topic: str, payload: bytes, properties: Properties | None, *, retain: bool
    ) -> None:
        number = self._give(topic, payload, 0, properties, retain=retain)
        if number is not None:
            await self._answer(number)

    async def _acknowledged(
        self, topic: str, payload: bytes, properties: Properties | None, *, retain: bool
    ) -> ReasonCode:
        # Its place is free again once it is acknowledged, and not once its sender is
        # gone: a broker that gets more than it takes hangs up.
        await self._window.acquire()
        try:
            number = self._give(topic, payload, 1, properties, retain=retain)
        except BaseException:
            self._window.release()
            raise
        assert number is not None  # noqa: S101 - an acknowledgement is never there yet
        self._in_flight.add(number)
        return (await self._answer(number))[0]

    def post(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        expiry_s: int | None = None,
    ) -> bool:
        """Hand one QoS 0 message to the socket at once; see Publisher."""
        number: int | None = None
        waiting = len(self._posted) >= POSTED
        taken = not (
            self._line.ended.done() or waiting or self._too_large(topic, payload)
        )
        if taken:
            try:
                number = self._give(
                    topic, payload, 0, expiring(expiry_s), retain=retain
                )
            except BrokerLost:
                taken = False
        if number is not None:
            self._posted.add(number)
        self._tally.counts["posted" if taken else "dropped"] += 1
        return taken

    def _give(
        self,
        topic: str,
        payload: bytes,
        qos: int,
        properties: Properties | None,
        *,
        retain: bool,
    ) -> int | None:
        """Give a message to the socket, and its number if it waits for something."""
        self._line.check()
        info = self._wire.publish(topic, payload, qos, retain, properties)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise self._line.broke()
        self._line.check()
        self._line.watch()
        return None if qos == 0 and info.is_published() else info.mid

    async def _answer(self, number: int) -> list[ReasonCode]:
        answer: asyncio.Future[list[ReasonCode]] = (
            asyncio.get_running_loop().create_future()
        )
        self._answers[number] = answer
        try:
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except TimeoutError:
            lost = BrokerLost(f"the broker acknowledged nothing for {ANSWER_S:.0f} s")
            self._line.end(lost)
            raise lost from None
        finally:
            self._answers.pop(number, None)

    def _too_large(self, topic: str, payload: bytes) -> bool:
        """Tell whether the broker would close the connection, again and again."""
        size = len(topic.encode()) + len(payload) + HEAD_BYTES
        return self._largest is not None and size > self._largest

    def _refuse(self, topic: str, code: int) -> None:
        message, hint = said(code)
        self._tally.refused[f"0x{code:02x}"] += 1
        raise PublishRefused(f"{topic} was not taken: {message}", hint=hint)

    async def subscribe(self, topic: str, qos: int = 0) -> None:
        """Return once the broker agreed; see Publisher."""
        self._line.check()
        code, number = self._wire.subscribe(topic, qos)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or number is None:
            raise self._line.broke()
        self._line.watch()
        for reason in await self._answer(number):
            if reason.is_failure:
                message, hint = said(reason.value)
                raise SubscribeRefused(f"no messages of {topic}: {message}", hint=hint)

    def messages(self) -> AsyncIterator[Message]:
        """Give each message received from this call on; see Publisher."""
        inbox = self._inboxes.open()
        if self._line.ended.done():
            inbox.end(self._line.ended.result())
        return inbox

    @property
    def in_flight(self) -> int:
        """Give how many messages wait for an acknowledgement."""
        return len(self._in_flight)

    async def lost(self) -> BrokerLost:
        """Wait for the end of the connection; give why."""
        return await asyncio.shield(self._line.ended)

    async def close(self) -> None:
        """Say goodbye, so that no will is published, and close."""
        self._line.close()

    def abort(self) -> None:
        """End the connection as it is: the broker publishes the will."""
        self._line.abort()

    # What paho calls, always from within the loop's own turn.

    def _on_publish(
        self, _c: Any, _u: Any, number: int, reason: ReasonCode, _p: Any
    ) -> None:
        self._posted.discard(number)
        if number in self._in_flight:
            self._in_flight.remove(number)
            self._window.release()
        self._settle(number, [reason])

    def _on_subscribe(
        self, _c: Any, _u: Any, number: int, reasons: list[ReasonCode], _p: Any
    ) -> None:
        self._settle(number, reasons)

    def _settle(self, number: int, reasons: list[ReasonCode]) -> None:
        answer = self._answers.get(number)
        if answer is not None and not answer.done():
            answer.set_result(reasons)

    def _on_message(self, _c: Any, _u: Any, message: MQTTMessage) -> None:
        told: Any = message.properties
        self._inboxes.put(
            Message(
                message.topic,
                bytes(message.payload),
                bool(message.retain),
                getattr(told, "ResponseTopic", None),
                getattr(told, "CorrelationData", None),
            )
        )

    def _on_end(self, error: BrokerLost) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(error)
        self._posted.clear()
        while self._in_flight:
            self._in_flight.pop()
            self._window.release()
        self._inboxes.end(error)


def _refusal(code: int) -> BrokerError:
    message, hint = said(code)
    return BrokerError(message, hint=hint)
