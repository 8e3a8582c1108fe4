"""paho's MQTT client, on a socket that we opened, driven by the loop alone."""

from __future__ import annotations

import socket
from functools import lru_cache
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edge.broker.address import Login
from edge.broker.gathered import Gathered

KEEPALIVE_S = 30
IN_FLIGHT = 20
"""QoS 1 messages sent and not yet acknowledged, as paho and Mosquitto have it."""
PACKET_BYTES = 256 * 1024
"""What we take: nothing that is sent to us is larger."""


class Wire(Client):
    """A client of MQTT 5 for one connection; it reads and writes when it is told to.

    paho opens sockets in the foreground; `_create_socket_connection` is where it does,
    and the only thing of its inside that is replaced.
    """

    def __init__(
        self, opened: socket.socket, client_id: str, login: Login | None
    ) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        self.gathered = Gathered(opened)
        self.max_inflight_messages_set(IN_FLIGHT)
        if login is not None:
            self.username_pw_set(login.user, login.password)

    def _create_socket_connection(self) -> Any:
        return self.gathered

    def begin(self) -> None:
        """Send CONNECT: a clean session, for what must last is in the journal."""
        asked = _properties(PacketTypes.CONNECT)
        asked.ReceiveMaximum = IN_FLIGHT
        asked.MaximumPacketSize = PACKET_BYTES
        self.connect(
            "there",  # a name that is never looked up: the socket is open
            keepalive=KEEPALIVE_S,
            clean_start=True,
            properties=asked,
        )

    @property
    def oversized(self) -> bool:
        """Tell whether a packet is being received that we never said we would take."""
        packet: Any = self._in_packet
        return bool(packet["remaining_length"] > PACKET_BYTES)

    def abort(self) -> None:
        """Close the socket as it is."""
        self._sock_close()


@lru_cache(maxsize=64)  # a few periods, thousands of times an hour
def expiring(expiry_s: int | None) -> Properties | None:
    """Give the properties of a message that is forgotten after so long."""
    if expiry_s is None:
        return None
    properties = _properties(PacketTypes.PUBLISH)
    properties.MessageExpiryInterval = expiry_s
    return properties


def answering(expiry_s: int | None, correlation: bytes) -> Properties:
    """Give the properties of an answer: those of its question's that it returns."""
    properties = _properties(PacketTypes.PUBLISH)
    properties.CorrelationData = correlation
    if expiry_s is not None:
        properties.MessageExpiryInterval = expiry_s
    return properties


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call] # paho's own
