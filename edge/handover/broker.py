"""A broker of others: what stands there of this home is taken away."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import orjson

from edge.broker.address import parse_url
from edge.broker.connection import Connection
from edge.config import Config
from edge.config.model import NO_METERS
from edge.errors import BrokerError
from edge.handover.outside import ERASED
from edge.outputs.homeassistant import Announcing
from edge.outputs.kept import Kept
from edge.outputs.topics import Topics


@dataclass(frozen=True, slots=True)
class Broker:
    """The one of [mqtt]; what it keeps for who is away is its own to let go of."""

    config: Config
    name: str = "broker"

    async def leave(self) -> str:
        """Empty every topic of ours on which something stands; raise BrokerError."""
        mqtt = self.config.mqtt
        address, user = parse_url(mqtt.url or "", mqtt.ca_file)
        topics = Topics(mqtt.prefix)
        connection = await Connection.open(address, user, f"{mqtt.prefix}-handover")
        try:
            await connection.publish(topics.status, b"offline", qos=1, retain=True)
            for topic in [*await self._standing(connection, topics), topics.status]:
                await connection.publish(topic, b"", qos=1, retain=True)
        finally:
            await connection.close()
        return ERASED

    async def _standing(self, connection: Connection, topics: Topics) -> list[str]:
        mqtt, kept = self.config.mqtt, Kept(topics.status)
        told = Announcing(topics, mqtt.discovery_prefix, "en", version("releve"))
        # of meters of before, too; not where the fence is, which says that all has come
        every = [topics.cursor, f"{mqtt.prefix}/+/+/#"]
        found = await kept.read(connection, every)
        if found is None:
            raise BrokerError(
                "the broker doesn't let us read what it keeps",
                hint="allow our login to read its own topics",
            )
        announced = await kept.read(connection, [told.every]) or {}
        return [
            *(topic for topic in found if topics.meter(topic) not in NO_METERS),
            *(topic for topic, said in announced.items() if _ours(told, said)),
        ]


def _ours(told: Announcing, payload: bytes) -> bool:
    try:
        return told.ours(orjson.loads(payload))
    except orjson.JSONDecodeError:
        return False
