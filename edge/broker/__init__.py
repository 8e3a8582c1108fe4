"""The MQTT broker: reach one, or run a private one, and keep one session with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge.broker.publisher import Message, Output, Publisher

if TYPE_CHECKING:
    from edge.broker.parts import MqttParts
    from edge.config import Config

__all__ = ["Message", "Output", "Publisher", "open_session"]


def open_session(config: Config, outputs: Sequence[Output]) -> MqttParts:
    """Give the part that [mqtt] asks for, to be run; nothing of it is loaded before.

    Raises BrokerError when the address can't be understood.
    """
    from edge.broker.parts import open_parts  # noqa: PLC0415 - MQTT costs 10 MB

    return open_parts(config, outputs)
