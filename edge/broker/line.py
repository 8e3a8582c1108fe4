"""The line to a broker: paho's client driven by the loop, from CONNECT to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.broker.gathered import Gathered
from edge.broker.reasons import said
from edge.broker.wire import Wire
from edge.errors import BrokerLost

TICK_S = 5.0
"""How often a ping may be due; twice a keep-alive of silence ends the line."""
WHAT_IS_IT = "is it an MQTT broker, and is it mqtt:// or mqtts://?"


@dataclass(frozen=True, slots=True)
class Will:
    """What tells others whether we are there: one retained topic, two words."""

    topic: str
    online: bytes = b"online"
    offline: bytes = b"offline"


class Line:
    """Reads and writes while it lasts; `ended` says why it no more does.

    paho holds locks while it calls back: nothing here calls paho from there.
    """

    def __init__(self, wire: Wire, on_end: Callable[[BrokerLost], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self.wire, self._on_end = wire, on_end
        self.ended: asyncio.Future[BrokerLost] = self._loop.create_future()
        self._greeted: asyncio.Future[Properties] = self._loop.create_future()
        self._watched: Gathered | None = None
        self._writing = False
        self._ticking: asyncio.TimerHandle | None = None

    async def greet(self, will: Will | None) -> Properties:
        """Send CONNECT and give what CONNACK says; raise BrokerLost on a refusal."""
        wire = self.wire
        wire.on_connect = self._on_connect
        wire.on_disconnect = self._on_disconnect
        wire.on_socket_open = self._on_socket_open
        wire.on_socket_close = self._on_socket_close
        wire.gathered.wake = lambda: self._loop.call_soon(self._flush)
        if will is not None:
            wire.will_set(will.topic, will.offline, qos=1, retain=True)
        wire.begin()
        self._tick()
        first: list[asyncio.Future[Any]] = [self._greeted, self.ended]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if not self._greeted.done():
            raise self.ended.result()
        return self._greeted.result()

    def check(self) -> None:
        """Raise BrokerLost once the line has ended."""
        if self.ended.done():
            raise self.ended.result()

    def end(self, error: BrokerLost) -> None:
        """End it for a reason; the first one counts."""
        if self.ended.done():
            return
        self.ended.set_result(error)
        if self._ticking is not None:
            self._ticking.cancel()
        # Not now: paho may be calling, and holds a lock that closing would wait for.
        self._loop.call_soon(self.wire.abort)
        self._on_end(error)

    def broke(self) -> BrokerLost:
        """End it since it takes nothing more; give why it ended."""
        self.end(BrokerLost("the connection to the broker broke while sending"))
        return self.ended.result()

    def close(self) -> None:
        """Say goodbye, so that no will is published, and close."""
        if not self.ended.done():
            with suppress(Exception):  # whatever it says now, it ends
                self.wire.disconnect()
        self.abort()

    def abort(self) -> None:
        """Close it as it is: the broker publishes the will."""
        self.end(BrokerLost("the connection to the broker was closed"))
        self.wire.abort()

    def watch(self) -> None:
        """Have the loop write what the socket didn't take at once, if anything."""
        if self._watched is None:
            return
        wanted = self.wire.want_write() or self._watched.full
        if wanted != self._writing:
            self._writing = wanted
            number = self._watched.fileno()
            if wanted:
                self._loop.add_writer(number, self._writable)
            else:
                self._loop.remove_writer(number)

    def _readable(self) -> None:
        try:
            self.wire.loop_read()
            # what has been read already makes no socket readable again
            while self._watched is not None and self._watched.pending():
                self.wire.loop_read()
        except Exception as error:  # noqa: BLE001 - rubbish breaks paho anywhere
            self._rubbish(type(error).__name__)
        if self.wire.oversized:
            self._rubbish("a packet larger than we take")
        self.watch()

    def _rubbish(self, what: str) -> None:
        said_ = f"what listens there does not speak MQTT 5 ({what})"
        self.end(BrokerLost(said_, hint=WHAT_IS_IT))

    def _writable(self) -> None:
        self._flush()
        self.wire.loop_write()
        self.watch()

    def _flush(self) -> None:
        """Send what was given to the wire in this turn of the loop."""
        try:
            self.wire.gathered.flush()
        except OSError:
            self.broke()
        self.watch()

    def _tick(self) -> None:
        self.wire.loop_misc()
        self.watch()
        if not self.ended.done():
            self._ticking = self._loop.call_later(TICK_S, self._tick)

    # What paho calls, always from within the loop's own turn.

    def _on_connect(
        self, _c: Any, _u: Any, _f: Any, reason: ReasonCode, granted: Any
    ) -> None:
        if reason.is_failure:
            message, hint = said(reason.value)
            self.end(BrokerLost(message, hint=hint))
        elif not self._greeted.done():
            self._greeted.set_result(granted)

    def _on_disconnect(
        self, _c: Any, _u: Any, flags: Any, reason: ReasonCode, _p: Any
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            message, hint = said(reason.value)
        elif self._greeted.done():
            message = "the broker, or the network to it, ended the connection"
            hint = "if it repeats: does another program use our client id?"
        else:
            message = "what listens there closed the connection, or is not a broker"
            hint = WHAT_IS_IT
        self.end(BrokerLost(message, hint=hint))

    def _on_socket_open(self, _c: Any, _u: Any, opened: Any) -> None:
        self._watched = opened
        self._loop.add_reader(opened.fileno(), self._readable)

    def _on_socket_close(self, _c: Any, _u: Any, _s: Any) -> None:
        if self._watched is not None:
            number = self._watched.fileno()
            self._loop.remove_reader(number)
            self._loop.remove_writer(number)
            self._watched = None
