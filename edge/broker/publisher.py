"""What an output may do with the broker, and what the broker asks of an output."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message that the broker gave us; `retain` when it was kept from before.

    `reply_to` and `correlation` are MQTT 5's Response Topic and Correlation Data.
    """

    topic: str
    payload: bytes
    retain: bool = False
    reply_to: str | None = None
    correlation: bytes | None = None


class Publisher(Protocol):
    """One live connection to the broker, as an output sees it."""

    @property
    def window(self) -> int:
        """Give how many messages of QoS 1 the broker takes before it acknowledges."""

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
        """Return once sent (QoS 0) or acknowledged (QoS 1).

        Raises BrokerLost when the connection goes first, PublishRefused when the
        broker answers with a negative reason code. Many may wait at once: at most a
        bounded number is in flight, the others wait their turn, in order.
        """

    def post(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        expiry_s: int | None = None,
    ) -> bool:
        """Hand one QoS 0 message to the socket at once, without waiting.

        The live way: dropped, and counted, when not connected or when the socket
        takes no more. Tell whether the socket took it: who keeps what was published
        last must know.
        """

    async def subscribe(self, topic: str, qos: int = 0) -> None:
        """Return once the broker agreed; raise SubscribeRefused, or BrokerLost."""

    def messages(self) -> AsyncIterator[Message]:
        """Give each message received from this call on; each caller gets all of them.

        Call it before `subscribe`, so that nothing retained is missed.
        Ends by raising BrokerLost when the connection goes. A caller that is slow
        loses its own oldest messages.
        """


class Output(Protocol):
    """What publishes something: live values, intervals, discovery."""

    async def run(self, publisher: Publisher) -> None:
        """Run while the connection lasts.

        Cancelled when it goes, run again at the next. BrokerLost may leave it; an
        output that returns is done until the next connection.
        """
